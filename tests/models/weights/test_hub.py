"""models/weights/hub.py, through the real client and a server on loopback."""

import dataclasses
import json
import os

import huggingface_hub
import pytest

from models.errors import StudioError
from models.weights.hub import Hub
from tests.models.hub_server import COMMIT, CONTENT, FILE, REPOSITORY, ROW, SHA256, blobs, partials


def test_first_download_gives_the_bytes_and_progress(hub, server):
    seen = []
    path = hub.fetch(ROW, lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen == sorted(seen) and seen[-1] == (len(CONTENT), len(CONTENT)) and len(seen) > 3
    assert not server.seen("GET", "/api/"), "no detour over Xet"


def test_other_programs_find_it_in_the_cache(hub, server):
    path = hub.fetch(ROW)
    found = huggingface_hub.hf_hub_download(
        REPOSITORY, FILE, revision=COMMIT, cache_dir=hub.cache, local_files_only=True
    )
    assert os.path.samefile(path, found)


def test_other_programs_find_it_by_its_branch(hub, server, monkeypatch):
    path = hub.fetch(ROW)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    found = huggingface_hub.hf_hub_download(REPOSITORY, FILE, cache_dir=hub.cache)
    assert os.path.samefile(path, found)
    (ref,) = hub.cache.glob("models--*/refs/*")
    assert ref.read_text() == COMMIT and ref.name == "main"


def test_a_shared_cache_serves_those_who_can_write_nowhere(hub, server, tmp_path, monkeypatch):
    path = hub.fetch(ROW)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    (tmp_path / "file").write_text("not a folder")
    visitor = dataclasses.replace(hub, records=tmp_path / "file" / "records.json")
    assert visitor.fetch(ROW) == path and visitor.local(ROW) == path
    for ref in hub.cache.glob("models--*/refs/*"):
        ref.unlink()  # as this project left it before: the commit alone
    assert visitor.fetch(ROW) == path
    path.resolve().write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(StudioError, match="the Hub announced"):
        visitor.fetch(ROW)


def test_second_time_needs_no_network(hub, server):
    first = hub.fetch(ROW)
    count = len(server.requests)
    assert hub.fetch(ROW) == first and len(server.requests) == count


def test_revision_is_resolved_to_a_commit_and_recorded(hub):
    assert "recorded on first download, enforced after" in hub.integrity(ROW)
    hub.fetch(ROW)
    (record,) = json.loads(hub.records.read_text()).values()
    assert record["commit"] == COMMIT and record["revision"] == "main"
    assert record["sha256"] == SHA256 and record["size"] == len(CONTENT)
    assert hub.integrity(ROW).startswith("recorded on first download (20")
    assert SHA256[:12] in hub.integrity(ROW)


def test_recorded_commit_is_asked_for_when_the_cache_is_gone(hub, server):
    _delete(hub.fetch(ROW))
    hub.fetch(ROW)
    resolved = [path for verb, path, _ in server.requests if verb == "HEAD"]
    assert resolved[0].split("/")[4] == "main"
    assert all(path.split("/")[4] == COMMIT for path in resolved[1:])


@pytest.fixture
def pair(server):
    """A row of two files in one folder."""
    server.files[REPOSITORY]["folder/config.json"] = b'{"width": 3}'
    return dataclasses.replace(ROW, beside=("config.json",))


def test_a_file_beside_comes_along_from_the_same_commit(hub, server, pair):
    path = hub.fetch(pair)
    assert path.name == "network.pt" and path.with_name("config.json").stat().st_size == 12
    asked = [path for verb, path, _ in server.requests if verb == "HEAD" and "config" in path]
    assert asked and all(f"/resolve/{COMMIT}/" in path for path in asked)
    count = len(server.requests)
    assert hub.fetch(pair) == path and len(server.requests) == count


def test_a_file_beside_is_held_to_its_record(hub, server, pair):
    config = hub.fetch(pair).with_name("config.json")
    config.resolve().write_bytes(b'{"width": 4}')
    with pytest.raises(StudioError, match="recorded on"):
        hub.fetch(pair)
    assert not config.exists()
    hub.fetch(pair)
    assert config.read_bytes() == b'{"width": 3}'


def test_a_file_beside_that_is_gone_is_named(hub, server, pair):
    del server.files[REPOSITORY]["folder/config.json"]
    with pytest.raises(StudioError, match="no longer has the file folder/config.json"):
        hub.fetch(pair)


def test_pinned_sha256_needs_no_record(hub):
    pinned = dataclasses.replace(ROW, sha256=SHA256)
    assert hub.integrity(pinned) == f"pinned: sha256 {SHA256[:12]}…"
    assert hub.fetch(pinned).read_bytes() == CONTENT


def test_embedded_files_ship_with_the_project(hub):
    embedded = dataclasses.replace(ROW, repository="")
    assert hub.integrity(embedded) == "ships with this project"


def test_token_goes_to_the_hub_and_not_to_its_cdn(hub, server, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    hub.fetch(ROW)
    asked = server.seen("HEAD", "/resolve/") + server.seen("GET", "/resolve/")
    assert asked and all(headers["authorization"] == "Bearer hf_secret" for headers in asked)
    assert server.seen("GET", "/cdn/")
    assert not any("authorization" in headers for headers in server.seen("GET", "/cdn/"))


# no connection


def test_offline_with_the_file_in_the_cache(hub, server, monkeypatch):
    path = hub.fetch(ROW)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert hub.fetch(ROW) == path


def test_offline_finds_what_another_program_downloaded(hub, server, monkeypatch):
    huggingface_hub.hf_hub_download(
        REPOSITORY, FILE, cache_dir=hub.cache, endpoint=_without_xet(server, monkeypatch)
    )
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    assert hub.fetch(ROW).read_bytes() == CONTENT
    assert "recorded" in hub.integrity(ROW) and COMMIT in hub.records.read_text()


def test_offline_without_it(hub, monkeypatch):
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(StudioError, match="HF_HUB_OFFLINE forbids"):
        hub.fetch(ROW)


def test_no_connection(hub):
    nowhere = dataclasses.replace(hub, endpoint="http://127.0.0.1:9")
    with pytest.raises(StudioError, match=r"no connection to http://127\.0\.0\.1:9"):
        nowhere.fetch(ROW)
    path = hub.fetch(ROW)
    assert nowhere.fetch(ROW) == path, "with the file in the cache no connection is needed"


# refusals


@pytest.mark.parametrize("token", [None, "hf_of_someone_else"])
def test_gated(hub, server, monkeypatch, token):
    server.gated = {REPOSITORY}
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(StudioError, match=f"accept.*{REPOSITORY}.*hf auth login"):
        hub.fetch(ROW)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"repository": "someone/Gone"}, "no repository someone/Gone"),
        ({"file": "gone.pt"}, "no longer has the file gone.pt"),
        ({"revision": "v9"}, "no revision v9"),
    ],
)
def test_not_found(hub, change, sentence):
    with pytest.raises(StudioError, match=sentence):
        hub.fetch(dataclasses.replace(ROW, **change))
    assert not blobs(hub) and not hub.records.exists()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "refuses.*HTTP 401.*token"),
        (403, "refuses.*HTTP 403"),
        (429, "Wait a few minutes"),
        (500, "out of order"),
        (503, "out of order"),
        (418, "HTTP 418"),
    ],
)
def test_every_status_has_its_sentence(hub, server, status, sentence):
    server.refuse = status
    with pytest.raises(StudioError, match=sentence):
        hub.fetch(ROW)


def test_captive_portal(hub, server):
    server.plain = True
    with pytest.raises(StudioError, match="not the Hugging Face Hub.*sign-in page"):
        hub.fetch(ROW)


def test_etag_that_is_a_path_is_no_hub(hub, server):
    server.etag = "../../../outside"
    with pytest.raises(StudioError, match="not the Hugging Face Hub"):
        hub.fetch(ROW)


# wrong content


QUOTA = b"\n<!DOCTYPE html><html><title>Quota exceeded</title></html>"


def test_web_page_in_place_of_weights_is_not_kept(hub, server):
    server.page = QUOTA
    with pytest.raises(StudioError, match="web page"):
        hub.fetch(ROW)
    assert not blobs(hub) and sum(p.stat().st_size for p in partials(hub)) == 0
    server.page = None
    assert hub.fetch(ROW).read_bytes() == CONTENT


def test_web_page_that_lies_in_the_cache_is_deleted(hub, server):
    server.files[REPOSITORY][FILE] = QUOTA
    with pytest.raises(StudioError, match="web page"):
        hub.fetch(ROW)
    server.files[REPOSITORY][FILE] = CONTENT
    path = hub.fetch(ROW)
    path.resolve().write_bytes(QUOTA)
    with pytest.raises(StudioError, match="web page"):
        hub.fetch(ROW)
    assert hub.fetch(ROW).read_bytes() == CONTENT


def test_bytes_other_than_announced_are_deleted(hub, server):
    server.swap = CONTENT[:-1] + b"!"
    with pytest.raises(StudioError, match="the Hub announced.*deleted"):
        hub.fetch(ROW)
    assert not blobs(hub) and not hub.records.exists()
    server.swap = None
    assert hub.fetch(ROW).read_bytes() == CONTENT


def test_pinned_sha256_is_enforced(hub):
    with pytest.raises(StudioError, match="the catalog pins 000000000000…"):
        hub.fetch(dataclasses.replace(ROW, sha256="0" * 64))
    assert not blobs(hub)


def test_recorded_sha256_is_enforced_when_the_repository_changes(hub, server):
    _delete(hub.fetch(ROW))
    server.files[REPOSITORY][FILE] = CONTENT + b"more"
    with pytest.raises(StudioError, match="was recorded on 20.*deleted.*replaced"):
        hub.fetch(ROW)
    assert not blobs(hub)
    hub.forget(ROW)
    assert hub.fetch(ROW).read_bytes() == CONTENT + b"more"


def test_file_that_changed_on_the_disk_is_noticed(hub):
    blob = hub.fetch(ROW).resolve()
    blob.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(StudioError, match="was recorded on"):
        hub.fetch(ROW)
    assert hub.fetch(ROW).read_bytes() == CONTENT


# disk


def test_disk_full_before_the_download(hub, server, monkeypatch):
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    with pytest.raises(StudioError, match="needs 1 MB more, and 0 MB are free"):
        hub.fetch(ROW)
    assert not server.seen("GET", "/cdn/")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_disk_full_during_the_download(hub, server):
    blob = hub.cache / "models--someone--Weights" / "blobs" / SHA256
    blob.parent.mkdir(parents=True)
    partial = blob.with_name(f"{SHA256}.studio.incomplete")
    partial.symlink_to("/dev/full")
    with pytest.raises(StudioError, match="disk is full.*continues"):
        hub.fetch(ROW)


def test_folder_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    hub = Hub(server.endpoint, tmp_path / "file" / "cache", tmp_path / "records.json")
    with pytest.raises(StudioError, match="cannot be stored"):
        hub.fetch(ROW)


def _delete(path):
    blob = path.resolve()
    path.unlink()
    blob.unlink()


def _without_xet(server, monkeypatch):
    """For the client's own download, which would go over Xet where it can."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    return server.endpoint


def test_a_file_of_a_space_comes_from_there(hub, server):
    server.files["spaces/someone/Demo"] = {"age.pt": CONTENT}
    row = dataclasses.replace(ROW, repository="spaces/someone/Demo", file="age.pt")
    assert hub.fetch(row).read_bytes() == CONTENT
    assert server.seen("HEAD", "/spaces/someone/Demo/resolve/main/age.pt")
    count = len(server.requests)
    assert "spaces--someone--Demo" in str(hub.fetch(row)) and len(server.requests) == count
