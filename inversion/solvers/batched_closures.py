"""Routines that each ask for one thing at a time, asked for by all and answered at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Answer = TypeVar("Answer")
Ask = Callable[[], Answer]


def run_batched(
    routines: Sequence[Callable[[Ask[Answer]], object]],
    answer: Callable[[Sequence[int]], Sequence[Answer]],
) -> None:
    """Runs every routine to its end, each with an `ask` of its own.

    Whenever all that still run have asked, `answer` is called with their numbers in order and
    gives as many answers, in the caller's thread; so a library that calls for one value at a time
    is served in batches. Each routine has a thread, of which only this function's caller or those
    that it has answered are ever awake. An error, in a routine or in `answer`, ends all and is
    raised.
    """
    asked: SimpleQueue[tuple[int, BaseException | bool]] = SimpleQueue()
    answers: list[SimpleQueue[Answer | BaseException]] = [SimpleQueue() for _ in routines]

    def run(i: int) -> None:
        def ask() -> Answer:
            asked.put((i, True))
            got = answers[i].get()
            if isinstance(got, BaseException):
                raise got
            return got

        try:
            routines[i](ask)
        except BaseException as error:  # raised again below, in the caller's thread
            asked.put((i, error))
        else:
            asked.put((i, False))

    threads = [Thread(target=run, args=(i,), daemon=True) for i in range(len(routines))]
    for thread in threads:
        thread.start()
    running, failure = len(threads), None
    while running:
        waiting = []
        for _ in range(running):
            i, message = asked.get()
            if message is True:
                waiting.append(i)
            elif isinstance(message, BaseException):
                failure = failure or message
        waiting.sort()
        running = len(waiting)
        if failure is None and waiting:
            try:
                given: Sequence[Answer | BaseException] = answer(waiting)
            except BaseException as error:  # KeyboardInterrupt too: the threads must end first
                failure = error
        if failure is not None:
            given = [failure] * running
        for i, each in zip(waiting, given if waiting else (), strict=True):
            answers[i].put(each)
    for thread in threads:
        thread.join()
    if failure is not None:
        raise failure
