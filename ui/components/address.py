"""JavaScript of events that tell the page's address what a control was turned to; what it calls
stands in `ui/address.js`, and `ui/address.py` reads the address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def keeps(key: str, usual: Any) -> str:
    """Of an event with one value: it is in the address under this key, unless it is the usual."""
    return f"now => studioAddress.keep({json.dumps(key)}, now, {json.dumps(usual)})"


def keeps_knobs(prefix: str, names: Sequence[str], usual: Sequence[Any]) -> str:
    """Of an event whose values are a session and those of these knobs, which it hands on."""
    told = ", ".join(json.dumps(each) for each in (prefix, list(names), list(usual)))
    return f"(...now) => {{ studioAddress.knobs({told}, now.slice(1)); return now; }}"
