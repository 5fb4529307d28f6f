"""Wrong input is told in one line, on the screen and for whoever started the process."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pose_plugins.utils import errors
from pose_plugins.utils.errors import InputError, one_line_errors

HERE = Path(errors.__file__).parent  # where a module is found without the whole package


def ended(error):
    with pytest.raises(SystemExit) as end, one_line_errors():
        raise error
    return end.value.code


def test_the_line_is_handed_over(tmp_path, monkeypatch):
    torch_errors = pytest.importorskip('torch.distributed.elastic.multiprocessing.errors')
    path = tmp_path / 'error.json'
    monkeypatch.setenv('TORCHELASTIC_ERROR_FILE', str(path))
    begin = int(time.time())
    assert ended(InputError('a.json: is no "JSON"')) == 'error: a.json: is no "JSON"'
    failure = torch_errors.ProcessFailure(local_rank=0, pid=1, exitcode=1, error_file=str(path))
    assert failure.message == 'a.json: is no "JSON"' and failure.timestamp >= begin
    worker = 'Caught InputError in DataLoader worker\nTraceback\npose_plugins.utils.errors.InputError: x.jpg: é'
    ended(InputError(worker))
    assert json.loads(path.read_text())['message'] == 'x.jpg: é'
    assert [file.name for file in tmp_path.iterdir()] == ['error.json']


def test_other_ends_hand_nothing_over(tmp_path, monkeypatch):
    monkeypatch.setenv('TORCHELASTIC_ERROR_FILE', str(tmp_path / 'error.json'))
    assert ended(KeyboardInterrupt()) == 130
    with pytest.raises(ZeroDivisionError), one_line_errors():
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('place', ['', 'nowhere/error.json', '.'])
def test_a_file_that_cannot_be_written_hides_no_line(tmp_path, monkeypatch, place):
    monkeypatch.setenv('TORCHELASTIC_ERROR_FILE', place and str(tmp_path / place))
    assert ended(InputError('what is wrong')) == 'error: what is wrong'


@pytest.mark.parametrize(
    'body, code', [("print('line\\n' * 100_000)", 141), ("print('line'); sys.exit(3)", 3), ("print('line')", 141)]
)
def test_a_reader_that_has_gone_gets_no_traceback(body, code):
    script = f'import sys\nfrom errors import one_line_errors\nwith one_line_errors():\n    {body}'
    buffered = {name: value for name, value in os.environ.items() if name != 'PYTHONUNBUFFERED'}
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.run(
        [sys.executable, '-c', script], stdout=writer, stderr=subprocess.PIPE, cwd=HERE, env=buffered
    )
    os.close(writer)
    assert (process.returncode, process.stderr) == (code, b'')


def test_another_broken_pipe_is_told():
    with pytest.raises(BrokenPipeError), one_line_errors():
        raise BrokenPipeError
