"""models/readers/unpickle.py"""

import io
import os
import pickle
import pickletools
import struct
import sys
import tracemalloc
from types import ModuleType

import numpy as np
import pytest
import torch

from models.errors import StudioError
from models.readers.unpickle import read_pickle
from models.readers.values import GLOBALS, Persistent
from tests.models.published import Call, Forge, Name, persistent


def forged(value, protocol=3) -> bytes:
    stream = io.BytesIO()
    Forge(stream, protocol=protocol).dump(value)
    return stream.getvalue()


def read(data: bytes):
    return read_pickle(io.BytesIO(data), "the file")


PLAIN = {
    "numbers": [0, 1, 255, 65_535, -7, 2**31 - 1, 2**70, -(2**70), 1.5, float("inf")],
    "texts": ["", "ascii", "größer", "x" * 300],
    "bytes": [b"", b"\x00\xff", b"y" * 300],
    "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "sets": {"a", "b"},
    "nothing": None,
    "truth": [True, False],
    1: {"nested": {"deep": []}},
}


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_plain_values_come_back_as_pickle_has_them(protocol):
    data = pickle.dumps(PLAIN, protocol)
    assert read(data) == pickle.loads(data)


def test_shared_values_stay_shared():
    one = [1]
    a, b = read(pickle.dumps([one, one], 3))
    assert a is b


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize(
    "tensor",
    [
        torch.randn(3, 4),
        torch.randn(3, 4).t(),
        torch.randn(20)[3:7],
        torch.randn(2, 3, 3, 3).contiguous(memory_format=torch.channels_last),
        torch.tensor(2.5),
        torch.zeros(0),
        torch.arange(5),
        torch.randn(4).half(),
        torch.nn.Parameter(torch.randn(2)),
    ],
    ids=lambda t: f"{t.dtype}{list(t.shape)}",
)
def test_tensors_come_back(tensor, protocol):
    back = read(pickle.dumps(tensor, protocol))
    assert back.dtype == tensor.dtype and torch.equal(back, tensor)


@pytest.mark.parametrize(
    "number", [np.float64(-2.5), np.float32(0.1), np.int64(-3), np.bool_(True), np.uint8(200)]
)
def test_numpy_numbers_come_back(number):
    assert read(pickle.dumps(number, 3)) == number


def test_persistent_object_is_kept_as_data():
    value = read(forged(persistent("Generator", z_dim=3)))
    assert value == Persistent("Generator", {"z_dim": 3})


class EasyDict(dict):
    """As NVIDIA's: a dict's subclass, pickled as a new object of it."""

    __module__ = "dnnlib.util"


@pytest.mark.parametrize("protocol", [3, 4])
def test_easy_dict_is_a_dict(monkeypatch, protocol):
    dnnlib, util = ModuleType("dnnlib"), ModuleType("dnnlib.util")
    monkeypatch.setattr(util, "EasyDict", EasyDict, raising=False)
    monkeypatch.setitem(sys.modules, "dnnlib", dnnlib)
    monkeypatch.setitem(sys.modules, "dnnlib.util", util)
    data = pickle.dumps(EasyDict(a=1, b=EasyDict()), protocol)
    assert b"dnnlib.util" in data and read(data) == {"a": 1, "b": {}}


# what is refused, and by which name


class Runs:
    def __reduce__(self):
        return os.system, ("touch ran",)


def nested(value, zipped=False) -> bytes:
    stream = io.BytesIO()
    torch.save(value, stream, _use_new_zipfile_serialization=zipped)
    return stream.getvalue()


REFUSED = {
    "os.system": forged(Call("os", "system", "touch ran")),
    "posix.system": pickle.dumps(Runs()),
    "builtins.eval": forged(Call("builtins", "eval", "open('ran', 'w')")),
    "builtins.getattr": forged(Call("builtins", "getattr", "x", "y")),
    "torch.load": forged(Call("torch", "load", "x")),
    "torch._utils._rebuild_tensor_v3": forged(Call("torch._utils", "_rebuild_tensor_v3")),
    "collections.OrderedDict.fromkeys": forged(Call("collections", "OrderedDict.fromkeys", "x")),
    "inside a tensor's data, it asks for .*system": forged(
        Call("torch.storage", "_load_from_bytes", nested(Runs()))
    ),
    "of the type dict": forged(Call("torch.storage", "_load_from_bytes", nested({"a": 1}))),
    "not what torch saves": forged(Call("torch.storage", "_load_from_bytes", nested(Runs(), True))),
    "no plain number": forged(Call("numpy", "dtype", "O8", False, True)),
    # states and calls aimed at what is allowed
    "state of a value of the type Global": (
        b"\x80\x03ctorch._utils\n_rebuild_parameter\n}X\x08\x00\x00\x00__code__K\x01sb."
    ),
    "state of a value of the type dict": b"\x80\x03}}X\x05\x00\x00\x00itemsK\x01sb.",
    "state of a value of the type Persistent": forged(persistent("G"))[:-1]
    + b"}X\x04\x00\x00\x00nameK\x01sb.",
    "changes or calls a value of the type Persistent": forged(persistent("G"))[:-1] + b")R.",
    "changes or calls a value of the type str": b"\x80\x03X\x01\x00\x00\x00a)R.",
    "changes or calls a value of the type tuple": b"\x80\x03)K\x01a.",
    "changes or calls a value of the type list": b"\x80\x03]X\x01\x00\x00\x00aK\x01s.",
    # opcodes
    "PERSID": b"\x80\x03Pid\n.",
    "BINPERSID": b"\x80\x03K\x01Q.",
    "EXT1": b"\x80\x03\x82\x01.",
    "INST": b"\x80\x03(ios\nsystem\n.",
    "OBJ": b"\x80\x03(K\x01o.",
    "BYTEARRAY8": pickle.dumps(bytearray(b"x"), 5),
    "NEXT_BUFFER": b"\x80\x05\x97.",
    "NEWOBJ_EX": b"\x80\x04K\x01)}\x92.",
    "DUP": b"\x80\x03]2.",
}


@pytest.mark.parametrize("named", REFUSED)
def test_refused_by_name_and_not_run(named, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudioError, match=f"refused.*{named}"):
        read(REFUSED[named])
    assert not (tmp_path / "ran").exists()


def test_a_name_is_refused_even_if_it_is_never_called():
    with pytest.raises(StudioError, match=r"os\.system"):
        read(forged([Name("os", "system")]))


def test_nothing_allowed_is_a_real_function_of_the_file_s_libraries():
    """Each allowed name stands for this project's own data builder, never for the library's."""
    assert {function.__module__ for function in GLOBALS.values()} == {"models.readers.values"}


def test_reading_leaves_the_table_as_it_was():
    before = dict(GLOBALS)
    with pytest.raises(StudioError):
        read(REFUSED["state of a value of the type Global"])
    assert before == GLOBALS


# what is only damaged, or made to cost much

TENSOR = pickle.dumps(torch.arange(6.0), 3)


def tensor(offset, size, stride) -> bytes:
    typed = pickle.dumps(torch.arange(6.0), 3)
    data = next(
        arg for opcode, arg, _ in pickletools.genops(typed) if opcode.name.endswith("BYTES")
    )
    storage = Call("torch.storage", "_load_from_bytes", data)
    return forged(
        Call("torch._utils", "_rebuild_tensor_v2", storage, offset, size, stride, False, {})
    )


def test_a_view_inside_its_storage_is_made():
    assert torch.equal(read(tensor(1, (2, 2), (3, 1))), torch.tensor([[1.0, 2.0], [4.0, 5.0]]))


DAMAGED = {
    "beyond the storage": tensor(3, (2, 2), (2, 1)),
    "far beyond": tensor(0, (10**15,), (1,)),
    "expanded": tensor(0, (10**12,), (0,)),
    "negative": tensor(-1, (2,), (1,)),
    "negative stride": tensor(5, (2,), (-1,)),
    "no numbers": tensor("a", (2,), (1,)),
    "one stride too few": tensor(0, (2, 2), (1,)),
    "no storage": forged(
        Call("torch._utils", "_rebuild_tensor_v2", [1, 2], 0, (1,), (1,), False, {})
    ),
    "empty": b"",
    "no pickle": b"hello world, this is text",
    "no end": TENSOR[:-1],
    "half": TENSOR[: len(TENSOR) // 2],
    "no value": b"\x80\x03.",
    "two values": b"\x80\x03K\x01K\x02.",
    "nothing to pop": b"\x80\x03R.",
    "no mark": b"\x80\x03t.",
    "unknown memo": b"\x80\x03h\x07.",
    "text longer than the file": b"\x80\x03X\xff\xff\xff\x7fabc.",
    "bytes longer than memory": b"\x80\x04\x8e" + struct.pack("<Q", 2**60) + b"x.",
    "deep tuple as a key": b"\x80\x03}" + b")" + b"\x85" * 500_000 + b"K\x01s.",
    "persistent object without a state": forged(
        Call("torch_utils.persistence", "_reconstruct_persistent_obj", {"type": "class"})
    ),
}


DEEP = pytest.param("deep tuple as a key", marks=pytest.mark.slow)


@pytest.mark.parametrize("how", [DEEP if "deep tuple" in how else how for how in DAMAGED])
def test_damage_is_one_sentence(how):
    with pytest.raises(StudioError, match="cut short or damaged"):
        read(DAMAGED[how])


def test_a_memo_slot_of_a_high_number_costs_nothing():
    """CPython's own unpickler allocates as many slots as the number says: 34 GB here."""
    data = b"\x80\x03K\x05r" + struct.pack("<I", 2**32 - 1) + b"."
    tracemalloc.start()
    assert read(data) == 5
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_program_of_too_many_steps_is_refused(monkeypatch):
    monkeypatch.setattr("models.readers.unpickle.MAX_OPCODES", 1000)
    with pytest.raises(StudioError, match="1,000 steps"):
        read(b"\x80\x03(" + b"]" * 2000 + b"t.")
