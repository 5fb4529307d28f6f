"""Run a script in several processes as torchrun does, and end with one line that says why one of them failed.

It is what dist_train.sh and dist_test.sh call: tools/processes.py PROCESSES SCRIPT [arguments]. The environment says NNODES,
NODE_RANK, MASTER_ADDR and PORT. The package is not imported, which would take as long as starting the processes does.
"""

import os
import signal
import socket
import sys

from torch.distributed.elastic.multiprocessing.api import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, ProcessFailure
from torch.distributed.launcher.api import elastic_launch
from torch.distributed.run import config_from_args, parse_args

HERE = '127.0.0.1'


def main() -> None:
    processes, *command = sys.argv[1:]
    nodes, rank, port = (_number(name, default) for name, default in (('NNODES', 1), ('NODE_RANK', 0), ('PORT', 29500)))
    address = os.environ.get('MASTER_ADDR') or HERE
    if processes not in ('auto', 'cpu', 'gpu') and not (processes.isascii() and processes.isdigit() and int(processes)):
        sys.exit(f'error: PROCESSES={processes}: must be a whole number of at least 1')
    if nodes < 1 or rank >= nodes:
        sys.exit(f'error: NNODES={nodes}, NODE_RANK={rank}: nodes are numbered from 0 to NNODES - 1')
    if rank == 0 and address in (HERE, 'localhost'):
        _check_port(port)
    options = dict(nnodes=nodes, node_rank=rank, master_addr=address, master_port=port, nproc_per_node=processes)
    try:
        config, script, arguments = config_from_args(
            parse_args([*(f'--{k}={v}' for k, v in options.items()), *command])
        )
    except (AssertionError, RuntimeError, ValueError) as error:  # such as for PROCESSES=gpu where there is none
        sys.exit(f'error: PROCESSES={processes}: {" ".join(str(error).split())}')
    try:
        elastic_launch(config=config, entrypoint=script)(*arguments)
    except ChildFailedError as error:
        sys.exit(f'error: {_told(*error.get_first_failure())}')
    except SignalException as error:
        print(f'ended by {signal.Signals(error.sigval).name}', file=sys.stderr)
        sys.exit(128 + error.sigval)


def _number(name: str, default: int) -> int:
    """A variable of the environment that is a whole number."""
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit()):
        sys.exit(f'error: {name}={value}: must be a whole number')
    return int(value)


def _check_port(port: int) -> None:
    """End if the processes could not meet there."""
    if not 0 < port < 2**16:
        sys.exit(f'error: PORT={port}: must lie between 1 and 65535')
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('', port))
        except OSError as error:
            sys.exit(f'error: PORT={port}: {error.strerror}; give another one, such as PORT={port % 60000 + 1}')


def _told(rank: int, failure: ProcessFailure) -> str:
    """Why a process failed: what it handed over, or how it ended."""
    message = failure.message
    if failure.error_file_data.get('message') not in (None, '<NONE>'):
        message = message if isinstance(message, str) else str(message.get('message', message))
        return message.strip().splitlines()[-1]
    if failure.exitcode < 0:
        hint = ', most often because memory does not suffice' if failure.signal_name() == 'SIGKILL' else ''
        return f'process {rank} was ended by {failure.signal_name()}{hint}'
    return f'process {rank} ended with exit code {failure.exitcode}, what it said stands above'


if __name__ == '__main__':
    main()
