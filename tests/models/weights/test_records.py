"""models/weights/records.py"""

import dataclasses
import json
import os
import threading

import pytest

from models.errors import StudioError
from models.weights.records import Record, Records
from tests.models.hub_server import ROW

RECORD = Record("main", "c" * 40, "5" * 64, 123, "2025-01-31")
OTHER = dataclasses.replace(ROW, file="other.pt")


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path / "folder" / "records.json")


def test_what_is_put_is_got_by_another_process(records):
    assert records.get(ROW) is None
    records.put(ROW, RECORD)
    assert Records(records.path).get(ROW) == RECORD and records.get(OTHER) is None


def test_what_is_forgotten_is_gone_and_the_rest_stays(records):
    records.put(ROW, RECORD)
    records.put(OTHER, RECORD)
    records.forget(ROW)
    assert records.get(ROW) is None and records.get(OTHER) == RECORD


def test_another_revision_is_another_file(records):
    records.put(ROW, RECORD)
    assert records.get(dataclasses.replace(ROW, revision="v2")) is None


def test_many_at_once_lose_nothing(records):
    rows = [dataclasses.replace(ROW, file=f"{k}.pt") for k in range(20)]
    threads = [threading.Thread(target=records.put, args=(row, RECORD)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(json.loads(records.path.read_text())) == 20
    assert {p.name for p in records.path.parent.iterdir()} <= {"records.json", "records.lock"}


@pytest.mark.parametrize("content", ['{"half a reco', "[1]", '{"key": {"commit": 1}}', "\x00"])
def test_damage_is_no_gate(records, content):
    records.path.parent.mkdir()
    records.path.write_text(content)
    assert records.get(ROW) is None
    records.put(ROW, RECORD)
    assert records.get(ROW) == RECORD


def test_where_none_can_be_written_none_is_kept(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    records = Records(tmp_path / "file" / "records.json")
    records.put(ROW, RECORD)
    assert records.get(ROW) is None
    with pytest.raises(StudioError, match="cannot be written"):
        records.forget(ROW)


def test_the_umask_says_who_may_read_it(records):
    for umask, mode in ((0o022, 0o644), (0o002, 0o664), (0o077, 0o600)):
        before = os.umask(umask)
        try:
            records.put(ROW, RECORD)
        finally:
            os.umask(before)
        assert records.path.stat().st_mode & 0o777 == mode
