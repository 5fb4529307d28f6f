"""Work on another thread beside the caller's, in order and bounded."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Generic, TypeVar

Item = TypeVar('Item')
END = object()


def ahead(items: Iterable[Item], depth: int) -> Iterator[Item]:
    """Take items from an iterator on a thread of its own, before they are asked for.

    Args:
        items: Where they come from. It is left alone, and closed if it can be, as soon as the caller takes no more.
        depth: How many may wait.

    Yields:
        The items in their order. What the iterator raises is raised here, after those before it.
    """
    waiting: queue.Queue = queue.Queue(depth)
    stop = threading.Event()

    def put(item: object) -> bool:
        while not stop.is_set():
            try:
                waiting.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def run() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                if not put((item, None)):
                    break
            else:
                put((END, None))
        except BaseException as error:  # noqa: BLE001, of whatever kind it is: it is raised where the items are taken
            put((END, error))
        finally:
            getattr(iterator, 'close', lambda: None)()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while True:
            item, error = waiting.get()
            if error is not None:
                raise error
            if item is END:
                return
            yield item
    finally:
        stop.set()
        thread.join()


class Behind(Generic[Item]):
    """Does something with items on a thread of its own, in their order; what it raises is raised at the next ``put``, or at
    the end.

    Args:
        work: Is called with each item.
        depth: How many may wait; ``put`` waits for a place.
    """

    def __init__(self, work: Callable[[Item], None], depth: int) -> None:
        self._work = work
        self._waiting: queue.Queue = queue.Queue(depth)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def put(self, item: Item) -> None:
        """Hand an item over."""
        self._raise()
        self._waiting.put(item)

    def __enter__(self) -> 'Behind[Item]':
        self._thread.start()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Wait until all that was handed over is done, also when the caller was interrupted."""
        self._waiting.put(END)
        self._thread.join()
        if error is None:
            self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _run(self) -> None:
        while (item := self._waiting.get()) is not END:
            if self._error is None:
                try:
                    self._work(item)
                except BaseException as error:  # noqa: BLE001, as in ``ahead``
                    self._error = error
