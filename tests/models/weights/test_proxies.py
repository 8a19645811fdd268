"""Proxies of every kind: understood, or named in a sentence; this machine needs none."""

import os
import sys
import urllib.request

import huggingface_hub.utils
import pytest

from models.errors import StudioError
from models.weights import proxies


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """An environment of its own, without proxies."""
    names = [*proxies.VARIABLES, "NO_PROXY"]
    for name in [*names, *map(str.lower, names)]:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    yield monkeypatch
    monkeypatch.undo()


@pytest.mark.parametrize("variable", ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "http_proxy"])
@pytest.mark.parametrize(
    "proxy",
    ["http://a:1", "https://u:p@a:1", "socks5://a:1", "socks5h://a:1", "socks://a:1/", "a:1"],
)
def test_every_kind_is_understood_by_the_client(environment, variable, proxy):
    environment.setenv(variable, proxy)
    proxies.tidy()
    proxies.tidy()  # again changes nothing
    expected = proxy.replace("socks://", "socks5://")
    assert os.environ[variable] == expected
    with huggingface_hub.utils.httpx.Client():  # raises for what it does not understand
        pass
    for host in ("127.0.0.1:7860", "localhost:7860"):
        assert urllib.request.proxy_bypass(host)


@pytest.mark.parametrize("proxy", ["socks4://a:1", "ftp://a:1", "quic://a"])
def test_any_other_is_named(environment, proxy):
    environment.setenv("ALL_PROXY", proxy)
    with pytest.raises(StudioError, match=f"ALL_PROXY is of the kind {proxy.split(':')[0]}"):
        proxies.tidy()


def test_a_socks_proxy_without_the_package_is_said(environment):
    environment.setenv("ALL_PROXY", "socks5://a:1")
    environment.setitem(sys.modules, "socksio", None)
    with pytest.raises(StudioError, match="ALL_PROXY speaks SOCKS.*pip install socksio"):
        proxies.tidy()


def test_what_needs_no_proxy_stays(environment):
    proxies.tidy()
    assert "NO_PROXY" not in os.environ
    environment.setenv("HTTP_PROXY", "http://a:1")
    environment.setenv("no_proxy", "intranet, ::1")
    proxies.tidy()
    wanted = "intranet,::1,localhost,127.0.0.1,0.0.0.0"
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == wanted
    environment.setenv("no_proxy", "*")
    proxies.tidy()
    assert os.environ["no_proxy"] == "*"
