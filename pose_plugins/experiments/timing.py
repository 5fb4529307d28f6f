"""Measures passes of a model in turns, and shows the measurements as a table."""

import ctypes
import gc
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from ..utils.files import whole_file, write_json
from ..utils.tables import Rows, csv_table

Ways = Mapping[str, Callable[[], AbstractContextManager]]
Pass = Callable[[], Mapping[str, float] | None]
"""Something to measure; it may return names of its parts and the seconds that each took."""


@dataclass
class Timing:
    """Time and memory of one part of what is done with a model.

    Attributes:
        part: Its name; one that begins with '- ' is part of the one above.
        attention: Of ``ways_of_attention``; empty where no attention takes part.
        milliseconds: For a batch, the median.
        people: In the batch; 0 where the time is for no person.
        peak_megabytes: What it adds to the memory held before; None if it was not measured or the system does not tell.
        limit: The share of the machine's limit that is reached, at most 1: the time in which the network's multiplications
            and additions could be done at the rate of a large matrix product, by that which they took. None where no
            network takes part.
    """

    part: str
    attention: str
    milliseconds: float
    people: int = 0
    peak_megabytes: float | None = None
    limit: float | None = None


def in_turns(
    passes: Mapping[str, Pass],
    ways: Ways,
    repeats: int,
    people: int,
    device: torch.device,
    least: Mapping[str, float] | None = None,
) -> list[Timing]:
    """Measure passes, each in all ways, which take turns, so that what else the machine does meets all alike.

    Args:
        passes: Name -> what to measure. Each runs once to warm up and once for its memory, not counted.
        ways: Name -> context in which a pass is measured.
        repeats: How often each is measured.
        people: In a batch.
        device: Where they run.
        least: Names of passes and parts -> milliseconds that their arithmetic takes at the machine's limit.

    Returns:
        A row for each pass and way; after those of a pass, those of its parts.
    """
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    memory: dict[tuple[str, str], float | None] = {}
    with tqdm(total=len(passes) * len(ways) * (repeats + 2), unit='run', leave=False) as bar:
        for part, run in passes.items():
            for repeat in range(-1, repeats + 1):
                for name, way in ways.items():
                    bar.set_description(f'{part}, {name}')
                    with way():
                        if repeat > 0:
                            taken, parts = _timed(run, device)
                            for within, value in {part: taken, **(parts or {})}.items():
                                seconds[within, name].append(value)
                        elif repeat == 0:
                            memory[part, name] = measure_memory(run, device)
                        else:
                            run()
                    bar.update()
    rows = []
    for (part, name), times in seconds.items():
        median = 1000 * statistics.median(times)
        limit = (least or {}).get(part)
        rows.append(Timing(part, name, median, people, memory.get((part, name)), limit and limit / median))
    return sorted(rows, key=lambda row: list(dict.fromkeys(part for part, _ in seconds)).index(row.part))


def speed_table(rows: list[Timing]) -> Rows:
    """The measurements as a table, with ratios to the last way of each part.

    Args:
        rows: The measurements.

    Returns:
        The table.
    """
    table = [['', 'attention', 'median', 'people/s', 'peak memory', 'of the limit']]
    for row in rows:
        last = [other for other in rows if other.part == row.part][-1]
        other = '' if row is last else last.attention
        table.append(
            [
                row.part,
                row.attention,
                _cell(row.milliseconds, 'ms', other, last.milliseconds),
                f'{1000 * row.people / row.milliseconds:.1f}' if row.people and row.milliseconds else '',
                _cell(row.peak_megabytes, 'MB', other, last.peak_megabytes),
                '' if row.limit is None else f'{100 * row.limit:.0f} %',
            ]
        )
    return table


def write_timings(measured: Mapping[str, list[Timing]], machine: str, path: Path) -> None:
    """Write measurements as JSON or as CSV, a record for each row.

    Args:
        measured: Config -> its measurements.
        machine: What measured them, and its load.
        path: The file, whose name ends in .json or .csv.
    """
    records = [dict(config=config, **asdict(row), machine=machine) for config, rows in measured.items() for row in rows]
    if path.suffix == '.json':
        write_json(path, records)
        return
    cells = [['' if value is None else str(value) for value in record.values()] for record in records]
    with whole_file(path) as partial:
        partial.write_text(csv_table([list(records[0]), *cells]))


def _cell(value: float | None, unit: str, other: str, reference: float | None) -> str:
    """A measurement, and its ratio to that of another way if there is one."""
    if value is None:
        return ''
    digits = 0 if value >= 10 else 1 if value >= 1 else 2
    return f'{value:.{digits}f} {unit}' + (f' ({value / reference:.2f} of {other})' if other and reference else '')


def measure_seconds(run: Callable[[], Any], device: torch.device) -> float:
    """Seconds that a pass takes."""
    return _timed(run, device)[0]


def _timed(run: Callable[[], Any], device: torch.device) -> tuple[float, Any]:
    """The same, and what the pass returned."""
    synchronize(device)
    start = time.perf_counter()
    returned = run()
    synchronize(device)
    return time.perf_counter() - start, returned


def synchronize(device: torch.device) -> None:
    """Wait until a GPU has done what it was given."""
    if device.type == 'cuda':
        torch.cuda.synchronize(device)


def measure_memory(run: Callable[[], Any], device: torch.device) -> float | None:
    """Megabytes that a pass adds at its peak: PyTorch's count on a GPU, the process's resident memory on Linux, else None."""
    gc.collect()
    if device.type == 'cuda':
        torch.cuda.reset_peak_memory_stats(device)
        allocated = torch.cuda.memory_allocated(device)
        run()
        return (torch.cuda.max_memory_allocated(device) - allocated) / 2**20
    reset = Path('/proc/self/clear_refs')
    if not reset.exists():
        run()
        return None
    ctypes.CDLL(None).malloc_trim(0)  # gives memory that is free already back, so that it counts when it is used again
    reset.write_text('5')  # the peak starts again from what is held now
    before = _resident('VmRSS')
    run()
    return _resident('VmHWM') - before


def _resident(field: str) -> float:
    """A field of this process's status in megabytes."""
    (kilobytes,) = re.findall(rf'{field}:\s+(\d+) kB', Path('/proc/self/status').read_text())
    return int(kilobytes) / 1024
