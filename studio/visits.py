"""What a page has that is loaded again: found by a secret that the page alone knows."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any
from weakref import WeakValueDictionary


class Visits:
    """Sessions by their page's secret and the tab's name.

    Nothing is kept here: what nobody else holds any more, as the server holds a closed page's for
    an hour, is gone here, too.
    """

    def __init__(self) -> None:
        self._known: WeakValueDictionary[tuple[str, str], Any] = WeakValueDictionary()

    def find(self, secret: str, tab: str) -> Any | None:
        """The session of that page and tab, None where there is none any more."""
        return self._known.get((secret, tab)) if secret else None

    def begin(self, sessions: dict[str, Any]) -> str:
        """The secret of a page with these sessions, by tab: new, and not to be guessed."""
        secret = token_urlsafe(24)
        for tab, session in sessions.items():
            self._known[secret, tab] = session
        return secret
