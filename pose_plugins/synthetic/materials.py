"""Looks of bodies, clothes and things: colours, patterns, and where a garment ends on a limb."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

PATTERNS = ('plain', 'rings', 'stripes', 'checks', 'dots', 'mottled')


@dataclass(frozen=True)
class Material:
    """Colour as a function of the place on a solid.

    Attributes:
        base: (3,) BGR in [0, 255].
        second: (3,) the pattern's other colour.
        pattern: One of ``PATTERNS``.
        pitch: Repeats of the pattern along the whole axis.
        cut: Fraction of the axis at which this material ends ...
        beyond: ... and the one that follows it, such as skin after a sleeve.
    """

    base: np.ndarray
    second: np.ndarray | None = None
    pattern: str = 'plain'
    pitch: float = 6.0
    cut: float = 2.0
    beyond: 'Material | None' = None

    def colour(self, along: np.ndarray, across: np.ndarray) -> np.ndarray:
        """BGR (N, 3) at ``along`` (N,), 0 to 1 from start to end, and ``across`` (N,), -1 to 1 from rim to rim."""
        along_wave, across_wave = along * self.pitch, (across + 1) * self.pitch / 2
        if self.pattern == 'plain':
            mix = np.zeros_like(along)
        elif self.pattern == 'rings':
            mix = along_wave % 1 < 0.4
        elif self.pattern == 'stripes':
            mix = across_wave % 1 < 0.35
        elif self.pattern == 'checks':
            mix = ((along_wave % 1 < 0.5) ^ (across_wave % 1 < 0.5)) * 0.8
        elif self.pattern == 'dots':
            mix = (along_wave % 1 - 0.5) ** 2 + (across_wave % 1 - 0.5) ** 2 < 0.07
        else:  # mottled
            mix = 0.5 + 0.5 * np.sin(7.1 * along_wave + 3 * np.sin(5.3 * across_wave))
        colour = self.base + np.asarray(mix, np.float32)[:, None] * (
            (self.base if self.second is None else self.second) - self.base
        )
        if self.beyond is not None:
            after = along > self.cut
            colour[after] = self.beyond.colour(along[after], across[after])
        return colour

    def until(self, cut: float, beyond: 'Material') -> 'Material':
        """This material as far as ``cut``, then ``beyond``."""
        return replace(self, cut=cut, beyond=beyond)


def bgr(hue: float, saturation: float, value: float) -> np.ndarray:
    """BGR (3,) float32 in [0, 255] of a hue in [0, 360) and saturation and value in [0, 1]."""
    pixel = np.array([[[hue, saturation, value]]], np.float32)
    return cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0] * 255


def sample_cloth(rng: np.random.Generator) -> Material:
    """A random cloth: greys and blues are as likely as they are in a street."""

    def colour() -> np.ndarray:
        saturation = rng.choice([rng.uniform(0, 0.15), rng.uniform(0.25, 0.9)])
        hue = rng.uniform(200, 250) if rng.random() < 0.25 else rng.uniform(0, 360)
        return bgr(hue, saturation, rng.uniform(0.12, 1.0))

    pattern = PATTERNS[rng.choice(len(PATTERNS), p=[0.7, 0.06, 0.07, 0.06, 0.05, 0.06])]
    return Material(colour(), colour(), pattern, rng.uniform(3, 8))


def sample_skin(rng: np.random.Generator) -> Material:
    """A human skin tone, from dark to light."""
    tone = rng.random()
    return Material(bgr(rng.uniform(14, 26), 0.62 - 0.34 * tone, 0.32 + 0.62 * tone))


@dataclass(frozen=True)
class Outfit:
    """Skin, hair and clothes of one person.

    Attributes:
        skin, hair, top, bottom, shoes: Materials.
        sleeve: How far the sleeve reaches: 0 none, 1 the elbow, 2 the wrist.
        leg: How far the trousers reach: 0 none, 1 the knee, 2 the ankle.
        long_hair, backpack, hat: Whether there is one.
        extra: Material of the backpack, hat or emblem.
    """

    skin: Material
    hair: Material
    top: Material
    bottom: Material
    shoes: Material
    extra: Material
    sleeve: float
    leg: float
    long_hair: bool
    backpack: bool
    hat: bool

    @classmethod
    def sample(cls, rng: np.random.Generator) -> 'Outfit':
        """A random outfit."""
        hair = bgr(
            rng.uniform(10, 40),
            rng.uniform(0.1, 0.6),
            rng.choice([rng.uniform(0.03, 0.3), rng.uniform(0.5, 0.8)], p=[0.75, 0.25]),
        )
        return cls(
            skin=sample_skin(rng),
            hair=Material(hair, hair * 0.6, 'stripes', 9),
            top=sample_cloth(rng),
            bottom=sample_cloth(rng),
            shoes=sample_cloth(rng),
            extra=sample_cloth(rng),
            sleeve=rng.choice([rng.uniform(0.3, 0.8), rng.uniform(1.7, 1.95)]),
            leg=rng.choice([rng.uniform(0.4, 0.9), rng.uniform(1.75, 1.98)], p=[0.35, 0.65]),
            long_hair=rng.random() < 0.35,
            backpack=rng.random() < 0.15,
            hat=rng.random() < 0.15,
        )
