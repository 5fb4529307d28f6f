"""The environment's installer: what goes wrong outside is told in one line."""

import importlib.util
import re
import subprocess
import sys
from collections import namedtuple

import pytest


@pytest.fixture
def make_env(repo, tmp_path, monkeypatch):
    """tools/make_env.py as a module whose environment and cache lie in a temporary folder."""
    spec = importlib.util.spec_from_file_location('make_env', repo / 'tools/make_env.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, value in dict(
        VENV=tmp_path / 'venv',
        STAMP=tmp_path / 'venv/stamp',
        LOG=tmp_path / 'venv/install.log',
        CACHE=tmp_path / 'cache',
    ).items():
        monkeypatch.setattr(module, name, value)
    return module


def fake_uv(tmp_path, says, code=2):
    """A program that says something and fails."""
    script = tmp_path / 'uv'
    script.write_text(f'#!/bin/sh\ncat <<"END"\n{says}\nEND\nexit {code}\n')
    script.chmod(0o755)
    return script


def one_line(make_env, call, *arguments):
    with pytest.raises(make_env.Failure) as failure:
        call(*arguments)
    assert '\n' not in str(failure.value)
    return str(failure.value)


def test_unsupported_python(make_env, monkeypatch):
    version = namedtuple('version', 'major minor micro')(3, 13, 1)
    monkeypatch.setattr(make_env.sys, 'version_info', version)
    monkeypatch.setattr(make_env.shutil, 'which', lambda name: None)
    message = one_line(make_env, make_env.find_python)
    assert 'Python 3.13' in message and '3.10 to 3.12' in message and 'make env PYTHON=' in message
    monkeypatch.setattr(make_env.shutil, 'which', lambda name: '/usr/bin/python3.11' if name == 'python3.11' else None)
    assert make_env.find_python() == '/usr/bin/python3.11'


def test_missing_compiler(make_env, monkeypatch):
    monkeypatch.setenv('CXX', 'no-such-compiler')
    assert 'no C++ compiler (no-such-compiler)' in one_line(make_env, make_env.check_machine)


def test_full_disk(make_env, monkeypatch):
    monkeypatch.setattr(make_env.shutil, 'which', lambda name: '/usr/bin/c++')
    monkeypatch.setattr(make_env.shutil, 'disk_usage', lambda path: namedtuple('usage', 'free')(2e9))
    message = one_line(make_env, make_env.check_machine)
    assert '2.0 GB free' in message and f'about {make_env.GIGABYTES} GB' in message and 'UV_CACHE_DIR' in message


@pytest.mark.parametrize(
    'says, cause',
    [
        (
            'error: Failed to fetch: `https://registry/simple/torch/`\n  Caused by: dns error',
            'the package registry cannot be reached',
        ),
        ('error: Failed to write\n  Caused by: No space left on device (os error 28)', 'the disk is full'),
        ('  x No solution found when resolving dependencies', 'no set of versions fits'),
        ('  x Failed to build `mmcv==2.1.0`', 'a package did not compile'),
        ('something else altogether', 'uv pip failed: something else altogether'),
    ],
)
def test_what_uv_says_is_explained_and_kept(make_env, tmp_path, says, cause):
    message = one_line(make_env, make_env.run_uv, fake_uv(tmp_path, says), 'pip', 'install')
    assert cause in message and str(make_env.LOG) in message
    assert says in make_env.LOG.read_text()


def test_no_registry_when_fetching_uv(make_env, monkeypatch):
    done = namedtuple('done', 'returncode stdout stderr')
    results = iter([done(0, '', ''), done(1, '', 'WARNING: Retrying\nERROR: No matching distribution found for uv')])
    monkeypatch.setattr(make_env.subprocess, 'run', lambda *args, **kw: next(results))
    assert 'the package registry cannot be reached' in one_line(make_env, make_env.find_uv, sys.executable)


def test_what_is_in_the_cache_needs_neither_network_nor_room(make_env, monkeypatch, tmp_path, capsys):
    """With a uv that can all but fetch, and, as the real one, takes no package that comes as source with --no-build."""
    script = tmp_path / 'uv'
    script.write_text(
        '#!/bin/sh\n'
        'case "$*" in\n'
        'venv*) mkdir -p "$VIRTUAL_ENV/bin"; cp /bin/true "$VIRTUAL_ENV/bin/python";;\n'
        '*--no-build*) echo "mmcv==2.1.0 has no usable wheels"; exit 2;;\n'
        '*--offline*) ;;\n'
        '*) exit 3;;\n'
        'esac\n'
    )
    script.chmod(0o755)
    monkeypatch.setattr(make_env, 'find_uv', lambda python: script)
    monkeypatch.setattr(make_env, 'check_machine', lambda: pytest.fail('nothing is fetched or compiled'))
    make_env.make_environment()
    out = capsys.readouterr().out
    assert 'GB to fetch' not in out and 'is ready' in out
    assert make_env.STAMP.is_file()


def test_a_standing_environment_is_left_alone(make_env, monkeypatch):
    (make_env.VENV / 'bin').mkdir(parents=True)
    (make_env.VENV / 'bin/python').touch()
    make_env.STAMP.write_text(make_env.fingerprint(make_env.find_python()))
    monkeypatch.setattr(make_env, 'find_uv', lambda python: pytest.fail('nothing is to be installed'))
    make_env.make_environment()


def test_constraints_pin_all_requirements(repo):
    pinned = {
        re.match(r'[\w.-]+', line)[0].lower()
        for line in (repo / 'constraints.txt').read_text().splitlines()
        if line[0] != '#'
    }
    required = {
        re.match(r'[\w.-]+', line)[0].lower()
        for file in ('requirements.txt', 'requirements-optional.txt')
        for line in (repo / file).read_text().splitlines()
        if line[0] != '#'
    }
    assert required <= pinned


def test_a_wheel_holds_configs_and_tools(repo, tmp_path):
    done = subprocess.run(
        [sys.executable, 'setup.py', '-q', 'build', '--build-base', str(tmp_path / 'build')],
        cwd=repo,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (mim,) = tmp_path.glob('build/lib*/pose_plugins/.mim')
    for name in ('configs', 'suites', 'tools'):
        kept = {
            p.relative_to(repo / name) for p in (repo / name).rglob('*') if p.is_file() and '__pycache__' not in p.parts
        }
        assert {p.relative_to(mim / name) for p in (mim / name).rglob('*') if p.is_file()} == kept
    assert (mim / 'model-index.yml').is_file()
    templates = {p.name for p in tmp_path.glob('build/lib*/pose_plugins/experiments/templates/*')}
    assert templates == {'report.html', 'report.md'}
