"""One act on dead letters at a time, in a thread of its own, so that the page can follow and stop it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from brigade.console.structs import Outcome, Work
from brigade.dead_letters.acts import Discard
from brigade.dead_letters.redrive import Redrive
from brigade.terminal import OperatorError, explain

Run = Redrive | Discard
Begin = Callable[[Callable[[], None]], AbstractContextManager[Run]]


class Worker:
    """``now`` is what runs, or ran last; ``done`` is called after every act."""

    def __init__(self) -> None:
        self.now = Work()
        self.done: Callable[[], None] = lambda: None
        self._busy = threading.Lock()
        self._run: Run | None = None
        self._thread: threading.Thread | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nothing else be done meanwhile; raises OperatorError where something is."""
        if not self._busy.acquire(blocking=False):
            raise OperatorError("another act is at work", "wait until it is done, or stop it")
        try:
            yield
        finally:
            self.done()
            self._busy.release()

    def start(self, now: Work, begin: Begin) -> str:
        """Record the act and begin it; return the operation's id. Raises as ``alone``, and as recording does."""

        def step() -> None:
            now.done += 1

        with ExitStack() as stack:
            stack.enter_context(self.alone())
            run = stack.enter_context(begin(step))
            now.running, now.operation, self.now, self._run = True, run.operation.id, now, run
            self._thread = threading.Thread(target=_work, args=(now, run, stack.pop_all()))
            self._thread.start()
        return now.operation

    def stop(self) -> None:
        """Let the act send or delete no more letters: those that it has begun are done to their end."""
        if self._run:
            self._run.cancelled.set()

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
    now.outcome = outcome(run, error)
    now.running = False


def outcome(run: Run, error: str | None) -> Outcome:
    """Return what came of a run."""
    cancelled = run.cancelled.is_set()
    if isinstance(run, Discard):
        left = len(run.letters) - len(run.deleted)
        return Outcome(deleted=len(run.deleted), left=left, cancelled=cancelled, error=error)
    found = run.account
    return Outcome(
        redriven=found.redriven,
        refused=found.refused,
        came_back=len(found.came_back),
        left=found.left,
        taken=found.taken,
        stopped=found.stopped,
        cancelled=cancelled,
        error=error,
    )
