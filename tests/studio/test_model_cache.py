import threading
from concurrent.futures import ThreadPoolExecutor

from studio.model_cache import ModelCache


def test_only_the_two_used_last_are_kept() -> None:
    asked = []

    def load(name: str, progress=None) -> str:
        asked.append(name)
        return name.upper()

    kept = ModelCache(load)
    for name in ("a", "b", "a", "c", "a", "b"):
        assert kept(name) == name.upper()
    assert asked == ["a", "b", "c", "b"]
    assert kept.peek("c") is None
    assert kept.peek("a") == "A"


def test_the_progress_is_handed_on() -> None:
    heard = []
    ModelCache(lambda name, progress: progress(1, 2))(
        "a", lambda n, total: heard.append((n, total))
    )
    assert heard == [(1, 2)]


def test_one_that_is_here_does_not_wait_for_another_visitors() -> None:
    begun, arrived = threading.Event(), threading.Event()

    def load(name: str, progress=None) -> str:
        if name == "slow":
            begun.set()
            assert arrived.wait(30)
        return name.upper()

    kept = ModelCache(load)
    kept("here")
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(kept, "slow")
        assert begun.wait(30)
        try:
            assert pool.submit(kept, "here").result(10) == "HERE"
        finally:
            arrived.set()
        assert slow.result(30) == "SLOW"
