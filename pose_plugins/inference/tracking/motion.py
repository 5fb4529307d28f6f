"""Where a person's box will be: a Kalman filter of its middle, shape and height, each moving evenly."""

from dataclasses import dataclass

import numpy as np

# DeepSORT's deviations of middle x and y, width / height, and height; those of the shape are numbers, others shares of the
# height. AlphaPose has the same, but for the shape: theirs is 1e-2, for people who are whole in the picture. The box of
# somebody who enters it, stretches an arm or comes out from behind another one becomes wider by more in one step.
NOISE = np.array([1 / 20, 1 / 20, 1e-1, 1 / 20])  # of a place, a step later
SPEED_NOISE = np.array([1 / 160, 1 / 160, 1e-5, 1 / 160])  # of a speed, a step later
SEEN_NOISE = np.array([1 / 20, 1 / 20, 1e-1, 1 / 20])  # of a box that is seen
BEGIN, BEGIN_SPEED = np.array([2, 2, 1, 2]), np.array([10, 10, 1, 10])  # times the first two, at the beginning
IS_LENGTH = np.array([True, True, False, True])
GATE = (
    9.4877  # 95 % of the squared distances of a box to where it is expected lie below: chi square, 4 degrees of freedom
)


@dataclass
class Motion:
    """A belief about a box; the four quantities are independent of each other.

    Attributes:
        place: x and y of the middle, width / height, and height, (4,).
        speed: Their changes a step, (4,).
        place_variance: (4,).
        speed_variance: (4,).
        covariance: Of place and speed, (4,).
    """

    place: np.ndarray
    speed: np.ndarray
    place_variance: np.ndarray
    speed_variance: np.ndarray
    covariance: np.ndarray

    @classmethod
    def begin(cls, box: np.ndarray) -> 'Motion':
        """A box, (4,), that is seen for the first time and believed to stand still."""
        place = measured(box[None])[0]
        variances = (BEGIN * _scaled(NOISE, place)) ** 2, (BEGIN_SPEED * _scaled(SPEED_NOISE, place)) ** 2
        return cls(place, np.zeros(4), *variances, np.zeros(4))

    def predict(self, steps: float) -> None:
        """Move on by a time, which need not be whole."""
        noise, speed_noise = (steps * _scaled(deviation, self.place) ** 2 for deviation in (NOISE, SPEED_NOISE))
        self.place = self.place + steps * self.speed
        self.place[2:] = self.place[2:].clip(1e-3)  # a box does not shrink to nothing while nobody looks
        self.place_variance = (
            self.place_variance + 2 * steps * self.covariance + steps * steps * self.speed_variance + noise
        )
        self.covariance = self.covariance + steps * self.speed_variance
        self.speed_variance = self.speed_variance + speed_noise

    def update(self, box: np.ndarray) -> None:
        """Take a box that was seen, (4,), into account."""
        spread = self._spread()
        error = measured(box[None])[0] - self.place
        gain, speed_gain = self.place_variance / spread, self.covariance / spread
        self.place, self.speed = self.place + gain * error, self.speed + speed_gain * error
        self.speed_variance = self.speed_variance - speed_gain * self.covariance
        self.place_variance, self.covariance = (1 - gain) * self.place_variance, (1 - gain) * self.covariance

    def distances(self, boxes: np.ndarray) -> np.ndarray:
        """Squared Mahalanobis distances of boxes (N, 4) to where the box is expected, (N,); compare ``GATE``."""
        return ((measured(boxes) - self.place) ** 2 / self._spread()).sum(1)

    @property
    def box(self) -> np.ndarray:
        """Left, top, right and bottom, (4,)."""
        x, y, shape, height = self.place
        half = np.array([shape * height, height]) / 2
        return np.concatenate([[x, y] - half, [x, y] + half])

    def _spread(self) -> np.ndarray:
        """Variance of what is seen, (4,)."""
        return self.place_variance + _scaled(SEEN_NOISE, self.place) ** 2


def measured(boxes: np.ndarray) -> np.ndarray:
    """Boxes (N, 4) as x and y of the middle, width / height and height, (N, 4)."""
    sides = (boxes[:, 2:] - boxes[:, :2]).astype(float).clip(1e-3)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.concatenate([middle, sides[:, :1] / sides[:, 1:], sides[:, 1:]], 1)


def _scaled(deviations: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Deviations for a box of that height."""
    return deviations * np.where(IS_LENGTH, place[3], 1)
