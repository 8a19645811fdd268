"""Proxies as the environment names them, made such that every library here understands them."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from models.errors import StudioError

VARIABLES = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY")
SCHEMES = ("http", "https", "socks5", "socks5h")
HERE = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # this machine, which no proxy reaches


def tidy() -> None:
    """Writes `socks://`, as desktops set it, as `socks5://`, and adds this machine to what needs no
    proxy. Raises StudioError for a proxy of a kind that cannot be used.

    >>> os.environ["ALL_PROXY"] = "socks://proxy:1080"
    >>> tidy(); os.environ.pop("ALL_PROXY")
    'socks5://proxy:1080'
    """
    proxied = False
    for variable in (*VARIABLES, *map(str.lower, VARIABLES)):
        value = os.environ.get(variable, "")
        if not value:
            continue
        proxied = True
        scheme = urlsplit(value).scheme.lower() if "://" in value else "http"
        if scheme == "socks":
            os.environ[variable] = "socks5" + value[len("socks") :]
        elif scheme not in SCHEMES:
            raise StudioError(
                f"The proxy in {variable} is of the kind {scheme}://, which cannot be used here."
                f" Set it to one of {', '.join(f'{each}://' for each in SCHEMES)}, or unset it."
            )
        if scheme.startswith("socks"):
            _check_socks(variable)
    for variable in ("NO_PROXY", "no_proxy") if proxied else ():
        named = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
        hosts = [each.strip() for each in named.split(",") if each.strip()]
        if "*" not in hosts:
            os.environ[variable] = ",".join([*hosts, *(x for x in HERE if x not in hosts)])


def _check_socks(variable: str) -> None:
    """Raises StudioError where the package is missing by which the client speaks SOCKS."""
    try:
        import socksio  # noqa: F401
    except ImportError:
        raise StudioError(
            f"The proxy in {variable} speaks SOCKS, for which the package socksio is missing."
            " Install it (pip install socksio), or unset the variable."
        ) from None
