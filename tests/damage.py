"""Damages valid files in ways that users, tools and disks do: strategies for hypothesis."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# values that stand where others are expected
ODD = [
    None, True, False, '', 'text', '7', 'nan', '../up', -1, 0, 1, 0.5, -0.0, 1e308, 2**70, float('nan'), float('inf'),
    -float('inf'), [], {}, [[]], [None], [1, 2, 3], ['a'], {'a': 1}, {'type': 'Nothing'},
]  # fmt: skip


def bounded(examples: int) -> settings:
    """The same examples in every run, so many."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@st.composite
def damaged(draw: st.DrawFn, document: Any) -> Any:
    """A document of dicts and lists with one to three changes, anywhere in it."""
    document = {'': deepcopy(document)}
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        if not places:
            break
        parent, key = draw(st.sampled_from(places))
        change = draw(st.sampled_from(['odd', 'odd', 'delete', 'repeat', 'swap', 'wrap', 'rename', 'scale']))
        if change == 'odd':
            parent[key] = deepcopy(draw(st.sampled_from(ODD)))
        elif change == 'delete' and parent is not document:
            del parent[key]
        elif change == 'repeat' and isinstance(parent, list):
            parent.append(deepcopy(parent[key]))
        elif change == 'swap':
            other, name = draw(st.sampled_from(places))
            parent[key], other[name] = deepcopy(other[name]), deepcopy(parent[key])
        elif change == 'wrap':
            parent[key] = [parent[key]]
        elif change == 'rename' and isinstance(parent, dict) and parent is not document:
            parent[f'{key}s'] = parent.pop(key)
        elif change == 'scale' and isinstance(parent[key], (int, float)):
            parent[key] = parent[key] * draw(st.sampled_from([-1, 0, 0.001, 1000]))
    return document['']


@st.composite
def damaged_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """A file that was cut, or in which bytes were changed, lost or put in, in one to three places."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(len(changed) - 1, 0)))
        length = draw(st.integers(1, 64))
        change = draw(st.sampled_from(['cut', 'lose', 'put in', 'change']))
        if change == 'cut':
            del changed[place:]
        elif change == 'lose':
            del changed[place : place + length]
        elif change == 'put in':
            changed[place:place] = draw(st.binary(min_size=1, max_size=8))
        else:
            changed[place : place + length] = draw(st.binary(min_size=length, max_size=length))
    return bytes(changed)


@st.composite
def damaged_lines(draw: st.DrawFn, text: str) -> str:
    """A text in which lines or words were lost, repeated or exchanged, in one to three places."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(['lose', 'repeat', 'swap', 'word', 'letter']))
        if change == 'lose' and len(lines) > 1:
            del lines[place]
        elif change == 'repeat':
            lines.insert(place, lines[place])
        elif change == 'swap':
            other = draw(st.integers(0, len(lines) - 1))
            lines[place], lines[other] = lines[other], lines[place]
        elif change == 'word':
            words = lines[place].split(' ')
            words[draw(st.integers(0, len(words) - 1))] = draw(
                st.sampled_from(['', '0', '-1', 'None', "'x'", '[', '='])
            )
            lines[place] = ' '.join(words)
        elif lines[place]:
            letter = draw(st.integers(0, len(lines[place]) - 1))
            lines[place] = lines[place][:letter] + lines[place][letter + 1 :]
    return '\n'.join(lines) + '\n'


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every value in a document, as what holds it and its key there."""
    for key in list(document.keys() if isinstance(document, dict) else range(len(document))):
        yield document, key
        if isinstance(document[key], (dict, list)):
            yield from _places(document[key])
