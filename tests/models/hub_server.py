"""A server on loopback that speaks the Hub's HTTP, as much as its client needs.

Large files are redirected to a second origin, as the Hub redirects to its CDN: the same server
under the name localhost. What goes wrong is chosen by attributes.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from models.weights.checkpoint import Checkpoint
from models.weights.hub import Hub

REPOSITORY, FILE = "someone/Weights", "folder/network.pt"
CONTENT = b"PK\x03\x04" + bytes(range(256)) * 4000  # 1 MB
SHA256 = hashlib.sha256(CONTENT).hexdigest()
ROW = Checkpoint(
    name="row",
    title="The network",
    use="",
    kind="generator",
    licence="",
    repository=REPOSITORY,
    file=FILE,
)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
RESOLVE = re.compile(r"/((?:spaces/)?[^/]+/[^/]+)/resolve/([^/]+)/(.+)")


@dataclass
class FakeHub:
    """repository -> file -> content, all at one commit.

    gated       repositories that ask for consent
    refuse      HTTP status of every answer, where not None
    page        a web page to send in place of every content
    plain       answer without the Hub's headers, as a captive portal does
    break_after bytes of content after which the connection breaks, one entry a request
    short_after bytes of content after which the server ends, saying that this is all
    no_ranges   ignore Range
    swap        content sent in place of the one announced
    etag        sent in place of the content's sha256
    """

    files: dict[str, dict[str, bytes]]
    gated: set[str] = field(default_factory=set)
    refuse: int | None = None
    page: bytes | None = None
    plain: bool = False
    break_after: list[int] = field(default_factory=list)
    short_after: int | None = None
    no_ranges: bool = False
    swap: bytes | None = None
    etag: str | None = None
    port: int = 0
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def seen(self, method: str, part: str) -> list[dict[str, str]]:
        """The headers of the requests of this kind whose path holds `part`."""
        return [headers for verb, path, headers in self.requests if verb == method and part in path]


@contextmanager
def running(hub: FakeHub) -> Iterator[FakeHub]:
    class Handler(_Handler):
        pass

    Handler.hub = hub
    server = _Server(("127.0.0.1", 0), Handler)
    hub.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub = self.hub
        hub.requests.append(
            (self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
        )
        if hub.refuse:
            return self._error(hub.refuse)
        if hub.plain:
            return self._send(
                200, b"<html>Welcome to the airport</html>", {"Content-Type": "text/html"}
            )
        if self.path.startswith("/cdn/"):
            return self._content(self.path.removeprefix("/cdn/"))
        if not (match := RESOLVE.fullmatch(self.path)):
            return self._error(404)
        repository, revision, name = match.groups()
        if repository in hub.gated:
            return self._error(403 if "authorization" in self.headers else 401, "GatedRepo")
        if repository not in hub.files:
            return self._error(401, "RepoNotFound")
        if revision not in ("main", COMMIT):
            return self._error(404, "RevisionNotFound")
        if name not in hub.files[repository]:
            return self._error(404, "EntryNotFound", {"X-Repo-Commit": COMMIT})
        content = hub.files[repository][name]
        digest = hashlib.sha256(content).hexdigest()
        self._send(
            302,
            b"",
            {
                "Location": f"http://localhost:{hub.port}/cdn/{repository}/{name}",
                "X-Repo-Commit": COMMIT,
                "X-Linked-Size": str(len(content)),
                "X-Linked-Etag": f'"{hub.etag or digest}"',
                "ETag": '"of the pointer"',
                "X-Xet-Hash": digest,  # large files are on Xet; the client would go there if asked
                "Link": f'<{hub.endpoint}/api/xet>; rel="xet-auth"',
            },
        )

    def _content(self, path: str) -> None:
        hub = self.hub
        if hub.page is not None:
            return self._send(200, hub.page, {"Content-Type": "text/html"})
        repository = next(each for each in hub.files if path.startswith(f"{each}/"))
        content = hub.swap or hub.files[repository][path.removeprefix(f"{repository}/")]
        start, status, headers = 0, 200, {}
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and not hub.no_ranges:
            start, status = int(asked[1]), 206
            headers = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        body = content[start : hub.short_after]
        broken = hub.break_after.pop(0) if hub.break_after else None
        self._send(status, body, headers, broken)

    def _error(self, status: int, code: str = "", headers: dict[str, str] | None = None) -> None:
        self._send(
            status, b"", {"X-Error-Code": code, **(headers or {})} if code else headers or {}
        )

    def _send(
        self, status: int, body: bytes, headers: dict[str, str], broken: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body[:broken])
        if broken is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


def partials(hub: Hub) -> list[Path]:
    """What has arrived of unfinished downloads."""
    return list(hub.cache.rglob("*.incomplete"))


def blobs(hub: Hub) -> list[Path]:
    """The finished downloads in the cache."""
    return [p for p in hub.cache.rglob("blobs/*") if "incomplete" not in p.name]
