"""Pictures of what a model looks at."""

from .attention import PersonAttention, inspect_people, inspect_samples
from .attention_figures import draw_area, draw_person
from .attention_statistics import AttentionStatistics, draw_statistics

__all__ = [
    'AttentionStatistics',
    'PersonAttention',
    'draw_area',
    'draw_person',
    'draw_statistics',
    'inspect_people',
    'inspect_samples',
]
