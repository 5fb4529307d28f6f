"""The tools by one command."""

import re
import sys

import pytest

from pose_plugins.__main__ import COMMANDS, main, tool


def call(monkeypatch, *words):
    monkeypatch.setattr(sys, 'argv', ['pose-plugins', *words])
    monkeypatch.setattr(sys, 'path', list(sys.path))
    main()


def test_every_command_is_told_in_a_line(monkeypatch, capsys):
    call(monkeypatch)
    lines = capsys.readouterr().out.splitlines()[2:]
    assert [line.split()[0] for line in lines] == [*COMMANDS]
    assert all(tool(name).is_file() for name in COMMANDS)
    assert all(len(line.split()) > 2 and len(line) < 160 for line in lines)


@pytest.mark.parametrize('command', ['convert', 'check-data'])
def test_a_command_is_the_tool_with_its_options(monkeypatch, capsys, command):
    with pytest.raises(SystemExit) as end:
        call(monkeypatch, command, '--help')
    assert end.value.code == 0 and f'usage: {COMMANDS[command]}.py' in capsys.readouterr().out


def test_errors_of_tools_stay_one_line(monkeypatch, tmp_path):
    with pytest.raises(SystemExit, match='^error: .*none.py: .*$') as end:
        call(monkeypatch, 'check-data', str(tmp_path / 'none.py'))
    assert '\n' not in str(end.value)


def test_a_command_that_there_is_not(monkeypatch):
    for word, answer in (('pridict', 'similar ones: predict'), ('x', f'commands are {", ".join(COMMANDS)}')):
        with pytest.raises(SystemExit, match=re.escape(f'error: {word}: no such command; {answer}')):
            call(monkeypatch, word)
