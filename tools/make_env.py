"""Make the environment in .venv: torch, the OpenMMLab stack and this package. Needs nothing but Python's own library.

uv does the work, as pyproject.toml tells it, and keeps what it built and downloaded in its cache outside the clone, keyed by
torch, NumPy and Python: the next environment takes seconds and shares its files. Run it again after an interruption.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / '.venv'
STAMP = VENV / 'pose_plugins-environment'
LOG = VENV / 'install.log'
CONSTRAINTS = 'constraints.txt'
CACHE = Path(os.environ.get('XDG_CACHE_HOME', Path.home() / '.cache')) / 'pose_plugins'
REQUIREMENTS = ('requirements.txt', 'requirements-optional.txt')
UV_VERSION = '0.13.8'
PYTHONS = ((3, 10), (3, 11), (3, 12))  # mmcv 2.1.0 does not build on 3.13
GIGABYTES = 13  # downloads, unpacked wheels and the build of mmcv
MMCV_CORE_MINUTES = 12

# What uv says when something outside goes wrong -> what to do about it. uv tells of a failed build and the cause in several
# lines; the first pattern that is found decides.
CAUSES = (
    (
        r'No space left on device|os error 28',
        'the disk is full: free some space, or move the cache with UV_CACHE_DIR=/some/folder',
    ),
    (
        r'dns error|error sending request|tcp connect|onnection refused|timed out|Could not connect|Failed to fetch|'
        r'No matching distribution|Max retries',
        'the package registry cannot be reached: check the network, or name a mirror with UV_DEFAULT_INDEX',
    ),
    (
        r'Permission denied|Read-only file system|os error (13|30)',
        'a folder may not be written: choose another for caches with XDG_CACHE_HOME',
    ),
    (r'No solution found|unsatisfiable', 'no set of versions fits requirements and constraints'),
    (r'Failed to build', 'a package did not compile'),
)


class Failure(Exception):
    """Something outside is not as it must be; the message is one line."""


def use_oldest():
    """Make another environment, of the oldest versions that the package claims to work with, beside the usual one."""
    global VENV, STAMP, LOG, CONSTRAINTS, PYTHONS
    VENV, CONSTRAINTS = ROOT / '.venv-oldest', 'constraints-oldest.txt'
    STAMP, LOG = VENV / STAMP.name, VENV / LOG.name
    PYTHONS = PYTHONS[:2]  # torch 2.1 knows no 3.12


def find_python():
    """The interpreter for .venv: this one if its version fits, else the newest that fits on the PATH."""
    if sys.version_info[:2] in PYTHONS:
        return sys.executable
    for major, minor in reversed(PYTHONS):
        found = shutil.which(f'python{major}.{minor}')
        if found:
            return found
    raise Failure(
        'Python {}.{} does not work, because mmcv builds on {}.{} to {}.{} only: install one of them and run '
        '"make env PYTHON=/path/to/python3.{}"'.format(*sys.version_info[:2], *PYTHONS[0], *PYTHONS[-1], PYTHONS[-1][1])
    )


def find_uv(python):
    """The uv of the version that pyproject.toml was written for, in the cache; put there if it is not yet."""
    folder = CACHE / f'uv-{UV_VERSION}'
    uv = folder / 'bin/uv'
    if not uv.exists():
        print(f'fetching the installer uv {UV_VERSION} ...', flush=True)
        partial = folder.with_name(f'{folder.name}.{os.getpid()}')  # two clones may begin at once
        made = subprocess.run([python, '-m', 'venv', '--clear', str(partial)], capture_output=True, text=True)
        if made.returncode:
            explain(
                made.stdout + made.stderr,
                f'{python} cannot make a virtual environment: install its venv module (on Debian python3-venv)',
            )
        mirror = os.environ.get('UV_DEFAULT_INDEX')
        environment = {**({'PIP_INDEX_URL': mirror} if mirror else {}), **os.environ}
        got = subprocess.run(
            [str(partial / 'bin/pip'), 'install', '-q', f'uv=={UV_VERSION}'],
            capture_output=True,
            text=True,
            env=environment,
        )
        if got.returncode:
            shutil.rmtree(partial, ignore_errors=True)
            explain(got.stdout + got.stderr, 'pip could not install uv: ' + last_line(got.stderr))
        shutil.rmtree(folder, ignore_errors=True)  # of an interruption
        partial.rename(folder)
    return uv


def check_machine():
    """Refuse to begin without what a first build needs: a compiler and room."""
    compiler = os.environ.get('CXX', 'c++')
    if not shutil.which(compiler):
        raise Failure(
            f'no C++ compiler ({compiler}), which mmcv is built with: install one (on Debian: apt install g++), or '
            'name one with CXX'
        )
    cache = Path(os.environ.get('UV_CACHE_DIR', CACHE.parent / 'uv'))
    while not cache.exists():
        cache = cache.parent
    free = shutil.disk_usage(cache).free / 1e9
    if free < GIGABYTES:
        raise Failure(
            f'{free:.1f} GB free at {cache}, but a first environment needs about {GIGABYTES} GB: free some space, or '
            'move the cache with UV_CACHE_DIR=/some/folder'
        )


def run_uv(uv, *arguments, quiet=False):
    """Run uv in the repository, its output going to the screen and the log; raise Failure with the cause if it fails."""
    environment = {**os.environ, 'VIRTUAL_ENV': str(VENV)}
    process = subprocess.Popen(
        [str(uv), *arguments], cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    lines, compiling = [], threading.Event()
    done = threading.Event()
    if not quiet:
        threading.Thread(target=tell_time, args=(compiling, done), daemon=True).start()
    try:
        for line in process.stdout:
            lines.append(line)
            if not quiet and re.match(r'\s*(Downloading|Building|Built|Resolved|Prepared|Installed)', line):
                print('  ' + line.strip(), flush=True)
            if 'Building mmcv' in line:
                compiling.set()
            elif 'Built mmcv' in line:
                compiling.clear()
    finally:
        done.set()
        if process.poll() is None and sys.exc_info()[0]:
            process.terminate()
    if process.wait():
        VENV.mkdir(exist_ok=True)
        LOG.write_text(''.join(lines))
        explain(''.join(lines), f'uv {arguments[0]} failed: {last_line("".join(lines))}', f' (all it said is in {LOG})')


def tell_time(compiling, done):
    """While mmcv compiles, which says nothing itself, tell how long it has taken and will take."""
    start, expected = None, MMCV_CORE_MINUTES / (os.cpu_count() or 1)
    while not done.wait(30):
        if compiling.is_set():
            start = start or time.time()
            spent = (time.time() - start) / 60
            print(f'  compiling mmcv: {spent:.0f} min, about {max(expected - spent, 0.5):.0f} min left', flush=True)


def compile_bytecode():
    """Compile once what was installed: where Python may not write bytecode, every process would compile for 20 s."""
    for site_packages in VENV.glob('lib/python3.*/site-packages'):
        # its exit code tells of files that are no Python of today, which some packages bring as templates
        subprocess.run(
            [str(VENV / 'bin/python'), '-m', 'compileall', '-qq', '-j', '0', str(site_packages)], check=False
        )


def link_for_mim():
    """Let mim find this package: it looks for site-packages/pose_plugins, which today's editable installs do not make."""
    for link in links_for_mim():
        if not link.is_symlink():
            link.symlink_to(ROOT / 'pose_plugins')


def links_for_mim():
    """Where that is, in the environment as it is now."""
    return [folder / 'pose_plugins' for folder in VENV.glob('lib/python3.*/site-packages')]


def explain(output, otherwise, where=''):
    """Raise Failure with the cause that the output of an installer shows."""
    for pattern, cause in CAUSES:
        if re.search(pattern, output):
            raise Failure(cause + where)
    raise Failure(otherwise + where)


def last_line(text):
    """The last line with something on it."""
    return (text.strip().splitlines() or ['it said nothing'])[-1].strip()


def fingerprint(python):
    """Changes with everything that .venv is made from."""
    digest = hashlib.sha256(f'{python} {ROOT}'.encode())
    for name in (*REQUIREMENTS, CONSTRAINTS, 'pyproject.toml', 'setup.py', 'tools/make_env.py'):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def make_environment():
    """Make or complete .venv; nothing is done when it stands already."""
    python = find_python()
    wanted = fingerprint(python)
    if STAMP.exists() and STAMP.read_text() == wanted and (VENV / 'bin/python').exists():
        return
    start = time.time()
    uv = find_uv(python)
    STAMP.unlink(missing_ok=True)
    # of a clone that was copied or moved, whose scripts and links are those of the other place
    elsewhere = any(link.is_symlink() and link.readlink() != ROOT / 'pose_plugins' for link in links_for_mim())
    keep = '--clear' if elsewhere else '--allow-existing'
    run_uv(uv, 'venv', '--quiet', keep, '--python', python, str(VENV), quiet=True)
    stack = ('pip', 'install', *(word for name in REQUIREMENTS for word in ('-r', name)), '-c', CONSTRAINTS)
    package = ('pip', 'install', '--no-deps', '-e', '.')
    try:  # not with --no-build, with which uv refuses mmcv even where it has built it before
        run_uv(uv, *stack, '--offline')
        run_uv(uv, *package, '--offline')
    except Failure:  # not all of it is in the cache yet
        check_machine()
        print(
            f'installing torch and the OpenMMLab stack: about 6 GB to fetch, and mmcv to compile, which takes '
            f'about {MMCV_CORE_MINUTES / (os.cpu_count() or 1):.0f} minutes here; next time it takes seconds',
            flush=True,
        )
        run_uv(uv, *stack)
        run_uv(uv, *package)
    compile_bytecode()
    link_for_mim()
    print('checking that it imports ...', flush=True)
    check = subprocess.run(
        [str(VENV / 'bin/python'), '-c', 'import pose_plugins'], capture_output=True, text=True, cwd=VENV
    )
    if check.returncode:
        raise Failure('the environment was made, but pose_plugins does not import: ' + last_line(check.stderr))
    STAMP.write_text(wanted)
    print(f'the environment {VENV.name} is ready after {time.time() - start:.0f} s', flush=True)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--oldest', action='store_true', help='of the oldest versions that work, in .venv-oldest')
    if parser.parse_args().oldest:
        use_oldest()
    try:
        make_environment()
    except Failure as failure:
        sys.exit(f'error: {failure}')
