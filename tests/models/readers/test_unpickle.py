"""models/readers/unpickle.py"""

import io
import os
import pickle
import pickletools
import struct
import sys
import tracemalloc
from argparse import Namespace
from collections import Counter
from datetime import datetime
from importlib.machinery import ModuleSpec
from pathlib import PurePosixPath
from types import ModuleType

import numpy as np
import pytest
import torch

from models.errors import StudioError
from models.readers.pickles.values import GLOBALS, Array, Opaque
from models.readers.unpickle import read_pickle
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
    assert isinstance(value, Opaque)
    assert (value.name, value.attributes) == ("Generator", {"z_dim": 3})


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
    "torch.load": forged(Call("torch", "load", "x")),
    "subprocess.Popen": forged(Call("subprocess", "Popen", ["x"])),
    "runpy.run_path": forged(Call("runpy", "run_path", "x")),
    "__builtin__.execfile": forged(Call("__builtin__", "execfile", "x")),
    "numpy.testing.*runstring": forged(Call("numpy.testing._private.utils", "runstring", "x", {})),
    "inside a tensor's data, it asks for .*system": forged(
        Call("torch.storage", "_load_from_bytes", nested(Runs()))
    ),
    "a class or function of this program": (
        b"\x80\x03ctorch._utils\n_rebuild_parameter\n}X\x08\x00\x00\x00__code__K\x01sb."
    ),
    "ios.system|os.system": b"\x80\x03(ios\nsystem\n.",
}


@pytest.mark.parametrize("named", REFUSED)
def test_refused_by_name_and_not_run(named, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudioError, match=f"refused.*({named})"):
        read(REFUSED[named])
    assert not (tmp_path / "ran").exists()


def test_a_name_is_refused_even_if_it_is_never_called():
    with pytest.raises(StudioError, match=r"os\.system"):
        read(forged([Name("os", "system")]))


FOREIGN = {
    "a call": forged(Call("training.networks", "Discriminator", 3)),
    "a call of what a call made": b"\x80\x03cbuiltins\ngetattr\nK\x01K\x02\x86R)R.",
    "an object with a state": pickle.dumps(ModuleSpec("name", None), 2).replace(
        b"_frozen_importlib", b"training.networks"
    ),
    "a function by name": forged(Name("torch.nn.functional", "relu")),
    "a type of no number": forged(Call("numpy", "dtype", "O8", False, True)),
    "the object protocol of Python 2": b"\x80\x02(itraining\nArgs\n.",
    "another such": b"\x80\x02(ctraining\nArgs\nK\x01o.",
    "a new object by keywords": b"\x80\x04ctraining\nArgs\n)}\x92.",
    "a path": pickle.dumps(PurePosixPath("/data"), 4),
    "a date": pickle.dumps(datetime(2026, 1, 1), 2),
    "options": pickle.dumps(Namespace(a=Namespace(b=1)), 2),
    "a dictionary of another class": pickle.dumps(Counter("aab"), 4),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_foreign_value_is_skipped(what):
    """It is data between two plain ones, which come back."""
    value = read(
        b"(K\x07" + FOREIGN[what][:-1].replace(b"\x80\x04\x95", b"\x80\x04\x95") + b"K\x08t."
    )
    assert value[0] == 7 and value[2] == 8


def test_arrays_come_back():
    for array in (np.arange(6.0).reshape(2, 3), np.asfortranarray(np.ones((2, 3), np.float16))):
        for protocol in (2, 3, 5):
            back = read(pickle.dumps(array, protocol))
            assert isinstance(back, Array) and np.array_equal(back.numpy(), array)


def test_nothing_known_is_a_real_function_of_the_file_s_libraries():
    """Each known name stands for this project's own data builder, never for the library's."""
    modules = {function.__module__ for function in GLOBALS.values()}
    assert modules == {"models.readers.pickles.values"}


def test_reading_leaves_the_table_as_it_was():
    before = dict(GLOBALS)
    with pytest.raises(StudioError):
        read(REFUSED["a class or function of this program"])
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
    "no tensor's data": forged(Call("torch.storage", "_load_from_bytes", nested({"a": 1}))),
    "an archive for a tensor": forged(Call("torch.storage", "_load_from_bytes", nested([1], True))),
    "a call of a persistent object's text": b"\x80\x03X\x01\x00\x00\x00a)R.",
    "an item in a tuple": b"\x80\x03)K\x01a.",
    "an item in a list": b"\x80\x03]X\x01\x00\x00\x00aK\x01s.",
    "data outside": b"\x80\x03Pid\n.",
    "more data outside": b"\x80\x03K\x01Q.",
    "a registered extension": b"\x80\x03\x82\x01.",
    "a buffer outside": b"\x80\x05\x97.",
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
    "persistent object without a state": forged(
        Call("torch_utils.persistence", "_reconstruct_persistent_obj", {"type": "class"})
    ),
}


@pytest.mark.parametrize("how", DAMAGED)
def test_damage_is_one_sentence(how):
    with pytest.raises(StudioError, match="cut short or damaged"):
        read(DAMAGED[how])


@pytest.mark.slow
def test_a_deep_tuple_as_a_key_is_not_hashed():
    """To hash it would overflow the C stack."""
    value = read(b"\x80\x03}" + b")" + b"\x85" * 500_000 + b"K\x01s.")
    assert list(value.values()) == [1]


def test_a_memo_slot_of_a_high_number_costs_nothing():
    """CPython's own unpickler allocates as many slots as the number says: 34 GB here."""
    data = b"\x80\x03K\x05r" + struct.pack("<I", 2**32 - 1) + b"."
    tracemalloc.start()
    assert read(data) == 5
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_program_of_too_many_steps_is_refused(monkeypatch):
    monkeypatch.setattr("models.readers.pickles.machine.MAX_OPCODES", 1000)
    with pytest.raises(StudioError, match="1,000 steps"):
        read(b"\x80\x03(" + b"]" * 2000 + b"t.")
