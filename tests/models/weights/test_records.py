"""models/weights/records.py"""

import dataclasses
import json
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
def test_damage_says_so(records, content):
    records.path.parent.mkdir()
    records.path.write_text(content)
    with pytest.raises(StudioError, match="records.json is damaged. Delete it"):
        records.get(ROW)
    with pytest.raises(StudioError, match="records.json is damaged"):
        records.put(ROW, RECORD)
    assert records.path.read_text() == content


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StudioError, match="cannot be written"):
        Records(tmp_path / "file" / "records.json").put(ROW, RECORD)
