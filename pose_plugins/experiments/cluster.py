"""Command lines that run a suite one training each, and a Slurm array of them."""

import re
import shlex
from collections.abc import Sequence
from itertools import product

from .suite import BASE
from .suite_file import SuiteFile

GPUS = re.compile(r'_(\d+)xb\d+')  # in a config's name, as MMPose's are


def commands(
    file: SuiteFile, command: Sequence[str], more: Sequence[str] = (), whole: SuiteFile | None = None
) -> list[str]:
    """A command line for each training of a suite, with as many processes as its config's name tells GPUs.

    Args:
        file: The suite file, or a part of it.
        command: What runs it.
        more: Options that each gets.
        whole: All of the suite, among whose configs and settings a command names its own; ``file`` by default.

    Returns:
        Command lines that may run in any order, at the same time and on machines that share the working directory.
    """
    lines, every = [], whole or file
    for seed, (name, path), setting in product(file.seeds, file.configs.items(), file.settings):
        only = [part for part, of in ((name, every.configs), (setting, every.settings)) if len(of) > 1 or part != BASE]
        found = GPUS.search(path.stem)
        which = ['--only', *only, '--seeds', str(seed), '--processes', found[1] if found else '1']
        lines.append(shlex.join([*command, *which, *more]))
    return lines


def slurm_array(file: SuiteFile, lines: list[str]) -> str:
    """A script for ``sbatch`` with a task for each command line.

    Args:
        file: The suite file.
        lines: As ``commands`` gives them.

    Returns:
        The script. Each task asks for as many GPUs as the largest of them needs.
    """
    gpus = max(int(re.findall(r'--processes (\d+)', line)[0]) for line in lines)
    return '\n'.join(
        [
            '#!/usr/bin/env bash',
            f'#SBATCH --job-name={file.name}',
            f'#SBATCH --array=0-{len(lines) - 1}',
            f'#SBATCH --gres=gpu:{gpus}',
            f'#SBATCH --cpus-per-task={5 * gpus}',
            '#SBATCH --ntasks=1',
            '#SBATCH --requeue',
            '#SBATCH --open-mode=append',
            '# a task that was interrupted goes on where it stopped when it is queued again',
            'case "$SLURM_ARRAY_TASK_ID" in',
            *(f'{number}) exec {line} ;;' for number, line in enumerate(lines)),
            'esac',
            '',
        ]
    )
