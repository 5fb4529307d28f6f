"""Downloads from a server on this machine that does what servers and networks do."""

import socket
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pose_plugins.checkpoints import download
from pose_plugins.checkpoints.download import cached_path, fetch
from pose_plugins.utils.errors import InputError

CONTENT = bytes(range(256)) * 1000


class Handler(BaseHTTPRequestHandler):
    """Answers as the path says."""

    def do_GET(self):
        if self.path == '/silent.pth':
            self.server.done.wait(10)
        elif self.path in ('/missing.pth', '/forbidden.pth'):
            self.send_error(404 if self.path == '/missing.pth' else 403)
        elif self.path == '/moved.pth':
            self.send_response(302)
            self.send_header('Location', '/good.pth')
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header('Content-Type', 'text/html' if self.path == '/page.pth' else 'application/octet-stream')
            self.send_header('Content-Length', str(len(CONTENT)))
            self.end_headers()
            time.sleep(0.2 * (self.path == '/slow.pth'))
            self.wfile.write(CONTENT[: 1000 if self.path in ('/cut.pth', '/stall.pth') else None])
            if self.path == '/stall.pth':
                self.server.done.wait(10)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    """The address of the server; downloads go to ``tmp_path``."""
    monkeypatch.setenv('no_proxy', '*')
    monkeypatch.setattr(urllib.request, '_opener', None)  # which keeps the proxies that it found once
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    with ThreadingHTTPServer(('127.0.0.1', 0), Handler) as running:
        running.daemon_threads, running.done = True, threading.Event()
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield f'http://127.0.0.1:{running.server_port}'
        running.done.set()
        running.shutdown()


def files(folder):
    """Names of the files in a folder but for locks."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != '.lock') if folder.exists() else []


def failure(url, path):
    """The message, in one line, of a download that fails, and leaves nothing."""
    with pytest.raises(InputError) as error:
        fetch(url, path)
    assert '\n' not in str(error.value)
    assert not files(path.parent)
    return str(error.value)


def test_a_file_lies_where_torch_keeps_it(server, tmp_path):
    path = cached_path(f'{server}/good.pth?download=1')
    assert path == tmp_path / 'hub/checkpoints/good.pth'
    fetch(f'{server}/good.pth', path)
    assert path.read_bytes() == CONTENT and files(path.parent) == ['.good.pth.url', 'good.pth']


def test_two_addresses_of_one_name_are_two_files(server, tmp_path):
    """The second was taken for the first, in silence."""
    first, second = f'{server}/good.pth', f'{server}/other/good.pth'
    fetch(first, cached_path(first))
    assert cached_path(second) != cached_path(first) == tmp_path / 'hub/checkpoints/good.pth'
    assert cached_path(second).name == 'other--good.pth'
    (tmp_path / 'hub/checkpoints/mine.pth').touch()  # put by hand, for whoever asks
    assert cached_path(f'{server}/mine.pth') == cached_path(f'{server}/other/mine.pth')
    with pytest.raises(InputError, match='https://host: names no file'):
        cached_path('https://host')


def test_a_file_that_moved_is_found(server, tmp_path):
    fetch(f'{server}/moved.pth', tmp_path / 'moved.pth')
    assert (tmp_path / 'moved.pth').read_bytes() == CONTENT


@pytest.mark.parametrize(
    'name, problem',
    [
        ('missing', 'HTTP 404 Not Found'),
        ('forbidden', 'HTTP 403 Forbidden'),
        ('page', 'the answer is a web page'),
        ('cut', 'broken off after 1000 of 256000 bytes'),
    ],
)
def test_what_goes_wrong_names_the_address_and_where_to_put_the_file(server, tmp_path, name, problem):
    url, path = f'{server}/{name}.pth', tmp_path / f'new/{name}.pth'
    assert failure(url, path) == f'{url}: cannot be fetched ({problem}); a file put by hand is looked for at {path}'


def test_no_answer_and_no_address_are_told_soon(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, 'ANSWER_SECONDS', 0.2)
    assert '(no answer within 0.2 s)' in failure(f'{server}/silent.pth', tmp_path / 'silent.pth')
    searched, ended = [], threading.Event()

    def search(*_, **__):
        searched.append(1)
        ended.wait(10)

    monkeypatch.setattr(socket, 'getaddrinfo', search)  # of a resolver that nobody answers
    start = time.monotonic()
    assert '(no answer within 0.2 s)' in failure('https://weights.invalid/a.pth', tmp_path / 'a.pth')
    assert searched and time.monotonic() - start < 5
    ended.set()


def test_a_download_that_stalls_ends(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, 'STALL_SECONDS', 0.2)
    assert '(broken off: timed out)' in failure(f'{server}/stall.pth', tmp_path / 'stall.pth')


def test_what_cannot_be_reached(server, tmp_path, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, 'Name or service not known')

    with socket.socket() as closed:
        closed.bind(('127.0.0.1', 0))
        port = closed.getsockname()[1]
    assert '(Connection refused)' in failure(f'http://127.0.0.1:{port}/a.pth', tmp_path / 'a.pth')
    monkeypatch.delenv('no_proxy')
    monkeypatch.setenv('http_proxy', f'http://127.0.0.1:{port}')
    monkeypatch.setattr(urllib.request, '_opener', None)
    assert '(Connection refused)' in failure('http://weights.invalid/a.pth', tmp_path / 'a.pth')
    monkeypatch.setenv('no_proxy', '*')
    monkeypatch.setattr(socket, 'getaddrinfo', unknown)
    assert '(Name or service not known)' in failure('http://weights.invalid/a.pth', tmp_path / 'a.pth')
    assert 'cannot be fetched' in failure('http://[/a.pth', tmp_path / 'a.pth')


def test_a_file_that_is_there_needs_no_network(tmp_path, monkeypatch):
    monkeypatch.setattr(download, '_open', lambda url: pytest.fail('touched the network'))
    (tmp_path / 'a.pth').write_bytes(b'put by hand')
    fetch('https://weights.invalid/a.pth', tmp_path / 'a.pth')
    assert (tmp_path / 'a.pth').read_bytes() == b'put by hand'


def test_of_several_processes_one_downloads(server, tmp_path, capsys):
    path = tmp_path / 'slow.pth'
    threads = [threading.Thread(target=fetch, args=(f'{server}/slow.pth', path)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_bytes() == CONTENT and files(tmp_path) == ['.slow.pth.url', 'slow.pth']
    assert capsys.readouterr().out.count('fetching') == 1


def test_a_cache_that_cannot_be_written_is_told(server, tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(InputError, match='file/a.pth: cannot be written'):
        fetch(f'{server}/good.pth', tmp_path / 'file/a.pth')
