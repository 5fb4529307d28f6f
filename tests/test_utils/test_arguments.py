"""Checks of arguments: what passes, and the line for what does not."""

import pytest

from pose_plugins.utils.arguments import at_least, at_most, dropout_share, fraction, multiple_of, one_of, positive
from pose_plugins.utils.errors import InputError

NAN = float('nan')


def test_what_is_right_passes():
    one_of(('a', 'b'), way='a', other='b')
    at_least(1, layers=1, heads=8)
    positive(scale=1e-9)
    fraction(prob=0, share=1)
    dropout_share(dropout=0)
    multiple_of(4, 'x and y', channels=8)


@pytest.mark.parametrize(
    'check, message',
    [
        (lambda: one_of(('a', 'b'), way='c'), "way='c': choose from a, b"),
        (lambda: at_least(1, layers=2, heads=0), 'heads=0: must be at least 1'),
        (lambda: at_least(1, layers='2'), "layers='2': must be a number"),
        (lambda: at_most(9, width=10), 'width=10: must be at most 9'),
        (lambda: at_least(1, layers=NAN), 'layers=nan: must be at least 1'),
        (lambda: positive(scale=0), 'scale=0: must be positive'),
        (lambda: positive(scale=NAN), 'scale=nan: must be positive'),
        (lambda: fraction(prob=1.5), r'prob=1.5: must lie in \[0, 1\]'),
        (lambda: dropout_share(dropout=1), r'dropout=1: must lie in \[0, 1\)'),
        (lambda: multiple_of(4, 'x and y', channels=6), r'channels=6: must be a multiple of 4 \(x and y\)'),
        (lambda: multiple_of(0, 'num_heads=0', channels=6), r'channels=6: must be a multiple of 0 \(num_heads=0\)'),
    ],
)
def test_what_is_wrong_is_one_line(check, message):
    with pytest.raises(InputError, match=f'^{message}$'):
        check()
