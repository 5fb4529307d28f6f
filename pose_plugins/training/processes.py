"""Lets several processes train: checks what their launcher told them, and does without a GPU."""

import logging
import os

import torch
import torch.distributed as dist
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.logging import print_log

from ..utils.errors import InputError

# what a launcher tells each of its processes, and who starts them
VARIABLES = {
    'pytorch': ('RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'MASTER_PORT'),
    'slurm': ('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_NODELIST'),
    'mpi': ('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK', 'MASTER_ADDR'),
}
STARTERS = {
    'pytorch': 'tools/dist_train.sh and tools/dist_test.sh, or torchrun, start',
    'slurm': 'tools/slurm_train.sh and tools/slurm_test.sh, or srun, start',
    'mpi': 'mpirun starts',
}


def check_launcher(launcher: str) -> None:
    """Refuse a launcher that did not start this process, or for which there is no GPU.

    Args:
        launcher: 'none', or one of ``VARIABLES``.

    Raises:
        InputError: Saying how the processes are started.
    """
    missing = [name for name in VARIABLES.get(launcher, ()) if not os.environ.get(name)]
    if missing:
        raise InputError(
            f'--launcher {launcher}: is for processes that {STARTERS[launcher]}; {", ".join(missing)} '
            f'{"is" if len(missing) == 1 else "are"} not set'
        )
    if launcher in ('slurm', 'mpi') and get_device() == 'cpu':
        raise InputError(
            f'--launcher {launcher}: needs a GPU; without one, tools/dist_train.sh starts several processes'
        )
    number, count = os.environ.get('LOCAL_RANK', '0'), torch.cuda.device_count()
    if launcher == 'pytorch' and torch.cuda.is_available() and number.isdigit() and int(number) >= count:
        raise InputError(f'--launcher pytorch: there is no GPU for process {number}, there are {count}: start as many')


def use_cpu_processes(cfg: Config) -> None:
    """Let ``--launcher pytorch`` work where there is no GPU, which mmengine's launcher takes for granted.

    mmengine leaves a process group alone that exists already; a gloo group, and a model wrapper that names no device, are
    all it takes.

    Args:
        cfg: A runner's; it is changed.
    """
    if cfg.get('launcher') != 'pytorch' or torch.cuda.is_available():
        return
    if not dist.is_initialized():
        dist.init_process_group('gloo')
    of_user = cfg.get('model_wrapper_cfg')  # beside which mmengine does not look at find_unused_parameters
    unused = dict(find_unused_parameters=cfg.get('find_unused_parameters', False)) if of_user is None else {}
    default = dict(type='MMDistributedDataParallel', broadcast_buffers=False, **unused)
    cfg.model_wrapper_cfg = {**(default if of_user is None else of_user), 'device_ids': None}
    if cfg.get('sync_bn'):  # which PyTorch has for GPUs only
        print_log(
            'sync_bn: there is no GPU, every process normalises by its own part of the batch', level=logging.WARNING
        )
        cfg.sync_bn = None
