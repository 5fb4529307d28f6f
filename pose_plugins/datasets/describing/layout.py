"""Lays out a description of keypoints as a file that MMPose reads."""

from typing import Any

from .describe import Described


def description_text(described: Described) -> str:
    """The file: Python, of which data can only be literals, whatever names it has.

    Args:
        described: The description.

    Returns:
        Its text, the same for the same annotations.
    """
    info = described.description
    lines = [
        f'# Keypoints of {_literal(described.source)}, written by tools/describe_keypoints.py. swap, type and color are guessed',
        '# from names: correct what is wrong.',
        'dataset_info = dict(',
        f'    dataset_name={_literal(info["dataset_name"])},',
        '    keypoint_info={',
        *(f'        {i}: dict({_arguments(record)}),' for i, record in info['keypoint_info'].items()),
        '    },',
        '    skeleton_info={',
        *(f'        {i}: dict({_arguments(record)}),' for i, record in info['skeleton_info'].items()),
        '    },',
        f'    joint_weights={_literal(info["joint_weights"])},',
        *(f'    # {_literal(note)[1:-1]}' for note in described.sigma_notes),
        f'    sigmas={_literal(info["sigmas"])})',
    ]
    return '\n'.join(lines).replace('{\n    },', '{},') + '\n'


def _arguments(record: dict[str, Any]) -> str:
    return ', '.join(f'{key}={_literal(value)}' for key, value in record.items())


def _literal(value: Any) -> str:
    """Python's literal, without braces, between which mmengine would look for variables."""
    return repr(value).replace('{', '\\x7b').replace('}', '\\x7d')
