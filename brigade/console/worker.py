"""One act on dead letters at a time, in a thread of its own, so that the page can follow and stop it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from msgspec import Struct

from brigade.dead_letters.acts import LEFT, Discard
from brigade.dead_letters.queue import GONE
from brigade.dead_letters.redrive import Redrive
from brigade.terminal import OperatorError, explain

Run = Redrive | Discard
Begin = Callable[[Callable[[], None]], AbstractContextManager[Run]]  # is given what to call after each letter


class Work(Struct):
    """The act that runs or ran last; ``done`` and ``total`` count letters, ``to`` is where they go.

    ``outcome`` says in letters what came of it. ``stopped``: by itself, as too many came straight back; ``cancelled``:
    by the operator. ``left`` are there still, ``taken`` is what somebody else took; ``error``: what broke it off.
    """

    act: str = ""
    actor: str = ""
    to: str = ""
    total: int = 0
    done: int = 0
    running: bool = False
    operation: str = ""
    outcome: dict[str, Any] | None = None


class Worker:
    """``now`` is what runs, or ran last; ``ended`` is called after every act."""

    def __init__(self, ended: Callable[[], None]) -> None:
        self.now = Work()
        self._ended = ended
        self._busy = threading.Lock()
        self._run: Run | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nothing else be done meanwhile; raises OperatorError where something is."""
        if not self._busy.acquire(blocking=False):
            raise OperatorError("another act is at work", "wait until it is done, or stop it")
        try:
            yield
        finally:
            self._ended()
            self._busy.release()

    def start(self, now: Work, begin: Begin) -> str:
        """Record an act, and begin it; return the operation's id. Raises as ``alone``, and as recording does."""

        def step() -> None:
            now.done += 1

        with ExitStack() as stack:
            stack.enter_context(self.alone())
            run = stack.enter_context(begin(step))
            now.running, now.operation, self.now, self._run = True, run.operation.id, now, run
            if self._closed:  # meanwhile
                run.cancelled.set()
            self._thread = threading.Thread(target=_work, args=(now, run, rest := stack.pop_all()))
            try:
                self._thread.start()
            except RuntimeError:  # the machine has no thread left
                self._thread, now.running = None, False
                rest.close()
                raise
        return now.operation

    def stop(self) -> Work:
        """Let the act send or delete no more letters: what it has begun is done to its end. Return what is at work."""
        if self._run:
            self._run.cancelled.set()
        return self.now

    def close(self) -> None:
        """Stop what is at work or about to begin, return once it has ended, and let nothing begin any more."""
        self._closed = True
        self.stop()
        self._busy.acquire()
        self.wait()

    def wait(self) -> None:
        """Return when nothing is at work any more."""
        if self._thread:
            self._thread.join()


def _work(now: Work, run: Run, stack: ExitStack) -> None:
    error = None
    try:
        with stack:
            run.run()
    except Exception as unforeseen:  # noqa: BLE001 - the page tells it
        error = str(explain(unforeseen))
    if isinstance(run, Discard):
        # Where writing the file failed, every letter is noted as left.
        if error and not run.is_exact and run.operation.outcomes[LEFT] < len(run.letters):
            error += f"; {run.path} holds all {len(run.letters)} that were chosen"
        gone = run.operation.outcomes[GONE]
        found = {"deleted": len(run.deleted), "left": len(run.letters) - len(run.deleted) - gone, "taken": gone}
    else:
        found = vars(run.account) | {"came_back": len(run.account.came_back)}
    now.outcome = {"redriven": 0, "refused": 0, "came_back": 0, "taken": 0, "deleted": 0, "stopped": False, **found}
    now.outcome |= {"cancelled": run.cancelled.is_set(), "error": error}
    now.running = False
