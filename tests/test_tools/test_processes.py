"""Several processes end in one line, the last one, that says why."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest

FAILING = """
import os, sys, time
if os.environ['RANK'] == '1':
    {how}
time.sleep(60)
"""
HANDS_OVER = """
    import json
    content = dict(message='the file is missing', timestamp=1)
    json.dump(content, open(os.environ['TORCHELASTIC_ERROR_FILE'], 'w'))
    sys.exit('error: the file is missing')
"""


@pytest.fixture
def start(repo, tmp_path):
    """Start dist_train.sh with another script for training."""
    tools = tmp_path / 'tools'
    tools.mkdir()
    for name in ('dist_train.sh', 'processes.py'):
        (tools / name).write_bytes((repo / 'tools' / name).read_bytes())
    (tools / 'dist_train.sh').chmod(0o755)

    def begin(processes, script='', **environment):
        (tools / 'train.py').write_text(script)
        with socket.socket() as free:
            free.bind(('', 0))
            port = str(free.getsockname()[1])
        environment = {**os.environ, 'PYTHON': sys.executable, 'OMP_NUM_THREADS': '1', 'PORT': port, **environment}
        command = [str(tools / 'dist_train.sh'), 'config.py', processes]
        pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return subprocess.Popen(command, env=environment, **pipes)

    return begin


@pytest.mark.parametrize(
    'how, message',
    [
        (HANDS_OVER, 'error: the file is missing'),
        ("raise KeyError('a bug')", 'error: process 1 ended with exit code 1, what it said stands above'),
        (
            'os.kill(os.getpid(), 9)',
            'error: process 1 was ended by SIGKILL, most often because memory does not suffice',
        ),
    ],
)
def test_the_last_line_says_why(start, how, message):
    process = start('2', FAILING.format(how=how))
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1 and output.rstrip().splitlines()[-1] == message
    assert 'Traceback' not in output or 'a bug' in output


def test_numbers_that_cannot_be(start):
    with socket.socket() as taken:
        taken.bind(('', 0))
        taken.listen()
        port = taken.getsockname()[1]
        started = [
            (start('0'), 'PROCESSES=0: must be a whole number of at least 1'),
            (start('two'), 'PROCESSES=two: must be'),
            (start('2', PORT='70000'), 'PORT=70000: must lie between 1 and 65535'),
            (start('2', NODE_RANK='2'), 'NNODES=1, NODE_RANK=2: nodes are numbered'),
            (start('2', PORT=str(port)), f'PORT={port}: Address already in use; give another one, such as PORT='),
        ]
        for process, message in started:
            output, _ = process.communicate(timeout=120)
            assert process.returncode == 1 and output.startswith(f'error: {message}'), output
            assert output.count('\n') == 1


def test_a_signal_ends_all(start, tmp_path):
    script = f"""
import os, time
open({str(tmp_path)!r} + '/' + os.environ['RANK'] + '.pid', 'w').write(str(os.getpid()))
time.sleep(60)
"""
    process = start('2', script)
    deadline = time.monotonic() + 100
    while len(found := [path for path in tmp_path.glob('*.pid') if path.read_text()]) < 2:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM and output.rstrip().endswith('ended by SIGTERM')
    for path in found:
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.read_text()), 0)
