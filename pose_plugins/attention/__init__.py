"""Pictures of what a model looks at."""

from .pixel_figures import draw_area, draw_person
from .pixel_statistics import AttentionStatistics, draw_statistics
from .pixels import PersonAttention, inspect_people, inspect_samples

__all__ = [
    'AttentionStatistics',
    'PersonAttention',
    'draw_area',
    'draw_person',
    'draw_statistics',
    'inspect_people',
    'inspect_samples',
]
