"""models/weights/transfer.py, through the real client and a server on loopback."""

import threading

import pytest

from models.errors import StudioError
from models.weights import transfer
from tests.models.hub_server import CONTENT, ROW, blobs, partials


def test_a_broken_connection_is_continued_in_the_same_call(hub, server):
    server.break_after = [300_000, 200_000]
    seen = []
    assert hub.fetch(ROW, lambda done, total: seen.append(done)).read_bytes() == CONTENT
    ranges = [headers.get("range") for headers in server.seen("GET", "/cdn/")]
    assert ranges == [None, "bytes=300000-", "bytes=500000-"]
    assert seen == sorted(seen)


def test_a_download_that_gave_up_is_continued_by_the_next_call(hub, server):
    server.break_after = [400_000] + [0] * transfer.TRIES
    with pytest.raises(StudioError, match="stopped after 400,000 of 1,024,004 bytes.*continues"):
        hub.fetch(ROW)
    assert [p.stat().st_size for p in partials(hub)] == [400_000] and not blobs(hub)
    assert hub.fetch(ROW).read_bytes() == CONTENT
    assert server.seen("GET", "/cdn/")[-1]["range"] == "bytes=400000-"
    assert not partials(hub)


def test_a_cancelled_download_is_continued_by_the_next_call(hub, server):
    class Cancelled(Exception):
        pass

    def cancel(done, total):
        if done > 200_000:
            raise Cancelled

    with pytest.raises(Cancelled):
        hub.fetch(ROW, cancel)
    (kept,) = (p.stat().st_size for p in partials(hub))
    assert hub.fetch(ROW).read_bytes() == CONTENT
    assert server.seen("GET", "/cdn/")[-1]["range"] == f"bytes={kept}-"


def test_a_server_without_ranges_starts_again(hub, server):
    server.break_after, server.no_ranges = [300_000], True
    assert hub.fetch(ROW).read_bytes() == CONTENT


def test_a_body_shorter_than_announced_is_truncated(hub, server):
    server.short_after = 500_000
    with pytest.raises(StudioError, match="stopped after 500,000 of 1,024,004 bytes"):
        hub.fetch(ROW)
    assert not blobs(hub)


def test_two_visitors_download_once(hub, server):
    paths = []
    threads = [threading.Thread(target=lambda: paths.append(hub.fetch(ROW))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(paths) == 3 and len(set(paths)) == 1
    assert len(server.seen("GET", "/cdn/")) == 1
