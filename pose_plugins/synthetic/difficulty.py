"""How hard drawn people are to read: what they do, how they crowd, what hides them, and how badly they are photographed."""

from collections.abc import Mapping
from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True)
class Difficulty:
    """Shares and ranges that a picture is drawn from.

    Attributes:
        activities: How often people do what, by name (``body.ACTIVITIES``); the shares need not add up to 1.
        turned: How often a body is turned in the picture by any angle: lying, upside-down.
        facing: How often people face the viewer; how often they do or are seen from a side. The others show their backs.
        crowd: How often a picture shows one, two, three, ... people.
        overlap: Share of the smaller one's extent that two people may have in common.
        metre: Pixels of a metre as a share of the picture's height, for the farthest person.
        centre: Where a person's middle is, as shares of width and height.
        occluders: How often something stands in front of the people; drawn so many times.
        blending: How often clothes have the colours behind them.
        light: Factor on the picture's light.
        noise: The most noise, in grey levels.
        coarse: How often the picture was taken with a fraction of its pixels, and the smallest such fraction.
        walkers: How many people a video shows at a time, about.
        camera: How far a video's camera pans to a side, and how much it shakes, as shares of the picture's width.
    """

    activities: Mapping[str, float]
    turned: float
    facing: Range
    crowd: tuple[float, ...]
    overlap: float
    metre: Range
    centre: tuple[Range, Range]
    occluders: tuple[float, int]
    blending: float
    light: Range
    noise: float
    coarse: tuple[float, float]
    walkers: int
    camera: tuple[float, float]


EASY = Difficulty(
    activities=dict(stand=0.5, walk=0.39, sit=0.03, reach=0.06, sport=0.02),
    turned=0.01,
    facing=(0.88, 0.95),
    crowd=(0.8, 0.14, 0.04, 0.02),
    overlap=0.2,
    metre=(0.34, 0.5),
    centre=((0.2, 0.8), (0.42, 0.58)),
    occluders=(0.15, 1),
    blending=0.0,
    light=(0.85, 1.15),
    noise=4.0,
    coarse=(0.0, 1.0),
    walkers=2,
    camera=(0.0, 0.002),
)
MEDIUM = Difficulty(
    activities=dict(stand=0.3, walk=0.3, sit=0.1, reach=0.15, sport=0.15),
    turned=0.08,
    facing=(0.7, 0.88),
    crowd=(0.6, 0.25, 0.1, 0.05),
    overlap=0.35,
    metre=(0.26, 0.52),
    centre=((0.1, 0.9), (0.36, 0.64)),
    occluders=(0.3, 2),
    blending=0.1,
    light=(0.6, 1.2),
    noise=10.0,
    coarse=(0.15, 0.5),
    walkers=4,
    camera=(0.1, 0.004),
)
HARD = Difficulty(
    activities=dict(stand=0.1, walk=0.15, sit=0.2, reach=0.2, sport=0.35),
    turned=0.25,
    facing=(0.5, 0.8),
    crowd=(0.35, 0.3, 0.2, 0.15),
    overlap=0.5,
    metre=(0.18, 0.55),
    centre=((0.05, 0.95), (0.3, 0.7)),
    occluders=(0.5, 3),
    blending=0.3,
    light=(0.35, 1.3),
    noise=18.0,
    coarse=(0.3, 0.3),
    walkers=7,
    camera=(0.2, 0.008),
)
DIFFICULTIES = dict(easy=EASY, medium=MEDIUM, hard=HARD)
