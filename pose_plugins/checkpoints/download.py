"""Files from the network, kept in torch's cache: whole or not at all, and soon told in one line where they cannot be had."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer  # Python 3.10 has two of them
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import torch
from filelock import FileLock
from tqdm import tqdm

from ..utils.errors import InputError
from ..utils.files import told_when_unwritable, whole_file, write_text

ANSWER_SECONDS = 5  # until the server begins to send: finding it, connecting and all redirections
STALL_SECONDS = 30  # without a byte, once it sends
CHUNK = 1 << 20  # bytes
COMMON_NAMES = ('model.safetensors', 'pytorch_model.bin')  # of the Hugging Face hub


def cached_path(url: str) -> Path:
    """Where torch and mmengine keep the file of a URL, and where one put by hand is found.

    Args:
        url: An address, or the name of a file.

    Returns:
        The last part of the URL in ``checkpoints`` of torch's hub folder, which is ``$TORCH_HOME/hub``, or
        ``~/.cache/torch/hub`` where nothing is set. Where the last part is the same for every model of a host, or a file that
        was fetched from another URL has that name, it is all parts of the URL with ``--`` between them. The file need not be
        there.

    Raises:
        InputError: If the address names no file.
    """
    _, *parts = re.split('[?#]', url)[0].split('://')[-1].split('/') if '/' in url else (None, url)
    parts = [part for part in parts if part]
    if not parts:
        raise InputError(f'{url}: names no file')
    folder = Path(torch.hub.get_dir(), 'checkpoints')
    path = folder / parts[-1]
    if parts[-1] in COMMON_NAMES or path.is_file() and _fetched_from(path) not in (None, url):
        return folder / '--'.join(parts)
    return path


def _fetched_from(path: Path) -> str | None:
    """The URL that a file was fetched from, as a note beside it tells; None of one put by hand, or by others."""
    try:
        return _note(path).read_text()
    except (OSError, UnicodeDecodeError):
        return None


def _note(path: Path) -> Path:
    return path.with_name(f'.{path.name}.url')


def fetch(url: str, path: str | Path) -> None:
    """Download a file. Of several processes that want the same one, one downloads it and the others wait.

    Args:
        url: http or https; proxies are those of the environment.
        path: Where it goes. If it is there, nothing is done, and no connection made.

    Raises:
        InputError: If it cannot be had, naming both, or cannot be written. Nothing of it is left then.
    """
    path = Path(path)
    if path.is_file():
        return
    try:
        # before the lock: where there is no network, every process notices at once, and not one after the other
        with _open(url) as response, _alone(path):
            if not path.is_file():
                print(f'fetching {url} to {path}', flush=True)
                _save(response, path)
                write_text(_note(path), url)
    except InputError:
        raise
    except NoAnswer:
        problem = f'no answer within {ANSWER_SECONDS} s'
    except (OSError, HTTPException, ValueError) as error:  # no such host, refused, broken off, no URL at all
        problem = _told(error)
    else:
        return
    raise InputError(f'{url}: cannot be fetched ({problem}); a file put by hand is looked for at {path}')


def _open(url: str) -> HTTPResponse:
    """The server's answer, or the error, within ``ANSWER_SECONDS``.

    The system's search for the address of a host knows no timeout, so it runs in a thread that nobody waits for.
    """
    answer: Future[HTTPResponse] = Future()

    def ask() -> None:
        try:
            answer.set_result(urlopen(Request(url, headers={'User-Agent': 'pose_plugins'}), timeout=STALL_SECONDS))
        except Exception as error:  # for the thread that waits
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return answer.result(ANSWER_SECONDS)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process writes the file."""
    lock = FileLock(path.with_name(f'.{path.name}.lock'))
    with told_when_unwritable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _save(response: HTTPResponse, path: Path) -> None:
    """Write the content of an answer."""
    if response.headers.get_content_type() == 'text/html':  # of a proxy that wants a password, and the like
        raise HTTPException('the answer is a web page')
    size = int(response.headers.get('Content-Length') or 0)
    bar = tqdm(total=size or None, unit='B', unit_scale=True, leave=False, disable=None)
    with whole_file(path) as partial, partial.open('wb') as file, bar:
        for chunk in _chunks(response):
            file.write(chunk)
            bar.update(len(chunk))
        if file.tell() < size:
            raise HTTPException(f'broken off after {file.tell()} of {size} bytes')


def _chunks(response: HTTPResponse) -> Iterator[bytes]:
    """The content, piece by piece; errors of the network are told apart from those of the disk."""
    try:
        while chunk := response.read(CHUNK):
            yield chunk
    except OSError as error:
        raise HTTPException(f'broken off: {_told(error)}') from None


def _told(error: Exception) -> str:
    """The cause in one line; urllib wraps the system's errors."""
    if isinstance(error, HTTPError):
        return f'HTTP {error.code} {error.reason}'
    cause = getattr(error, 'reason', error)
    return ' '.join(str(getattr(cause, 'strerror', None) or cause).split()) or type(cause).__name__
