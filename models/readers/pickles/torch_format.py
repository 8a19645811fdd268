"""What torch.save writes, as data: an archive of a pickle and its tensors' numbers, or, before
PyTorch 1.6, pickles and numbers one after another. Nothing of it is unpickled."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from torch import Tensor

from models.readers.pickles.machine import run
from models.readers.pickles.values import Global, Opaque, Refused
from models.readers.sniff import TORCH_MAGIC

STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "UntypedStorage": torch.uint8,
}
HEADER = 30  # bytes of a zip entry's own header, before its name and extra field


def read_archive(path: Path) -> object:
    """The value in an archive of torch.save; its tensors are views of the mapped file.

    Raises ValueError and others for damage, and for an archive in which anything could inflate.
    """
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        check(entries.values(), path.stat().st_size)
        (root,) = (name for name in entries if name.split("/")[1:] == ["data.pkl"])
        folder = root.removesuffix("data.pkl")
        order = entries.get(f"{folder}byteorder")
        if order is not None and archive.read(order).strip() == b"big":
            raise ValueError("numbers in another byte order than this machine's")
        pickle = archive.read(root)
    mapped = torch.from_numpy(np.memmap(path, np.uint8, mode="c"))
    found: dict[object, object] = {}

    def storage(key: object) -> object:
        match key:
            case ("storage", Global() as kind, str(number), *_):
                if number not in found:
                    found[number] = _numbers(path, mapped, entries[f"{folder}data/{number}"], kind)
                return found[number]
        raise ValueError("a reference that is no tensor's")

    return run(io.BytesIO(pickle), storage, LOADERS)


def check(entries: Any, size: int) -> None:
    """torch stores tensors uncompressed, each in its own place; anything else could inflate."""
    if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
        raise ValueError("a compressed archive, which torch does not write")
    if sum(entry.file_size for entry in entries) > size:
        raise ValueError("an archive whose parts overlap")


def _numbers(path: Path, mapped: Tensor, entry: zipfile.ZipInfo, kind: Global) -> object:
    """A storage, flat, of an archive's entry."""
    dtype = STORAGES.get(kind.name.split(" ")[-1])
    if dtype is None:
        return Opaque(kind.name)
    at = entry.header_offset
    header = mapped[at : at + HEADER].numpy().tobytes()
    if len(header) < HEADER or header[:4] != b"PK\x03\x04":
        raise ValueError("an archive whose parts are not where it says")
    name, extra = (int.from_bytes(header[i : i + 2], "little") for i in (26, 28))
    begin = at + HEADER + name + extra
    if begin + entry.file_size > len(mapped) or entry.file_size % dtype.itemsize:
        raise ValueError("a tensor that goes beyond the file")
    raw = mapped[begin : begin + entry.file_size]
    return _typed(raw, dtype)


def _typed(raw: Tensor, dtype: torch.dtype) -> Tensor:
    aligned = raw.storage_offset() % dtype.itemsize == 0 and raw.data_ptr() % dtype.itemsize == 0
    return (raw if aligned else raw.clone()).view(dtype)


def read_stream(file: IO[bytes], size: int, inside: bool = False) -> object:
    """The value that torch before 1.6 wrote from the file's position on, of at most `size` bytes.

    Raises ValueError and others for damage. `inside`: it is a storage in a pickle, and may hold
    none of its own.
    """
    start = file.tell()
    for _ in range(3):  # the magic number, the version, the machine's word sizes
        run(file)
    storages: dict[str, tuple[Tensor, int]] = {}

    def storage(key: object) -> object:
        match key:
            case ("storage", Global() as kind, str(number), _, int(count), *view):
                pass
            case ("module", Global() as kind, *_):  # a class, and the source text of it
                return kind
            case _:
                raise ValueError("a reference that is no tensor's")
        dtype = STORAGES.get(kind.name.split(" ")[-1])
        if dtype is None:
            raise ValueError(f"a tensor of the storage {kind.name:.60}")
        if number not in storages:
            taken = sum(flat.numel() * flat.element_size() for flat, _ in storages.values())
            if count < 0 or taken + count * dtype.itemsize > size:
                raise ValueError("a tensor that is larger than the file")
            storages[number] = torch.empty(count, dtype=dtype), count
        flat = storages[number][0]
        if view and isinstance(view[0], tuple):
            _, offset, length = view[0]
            return flat[offset : offset + length]
        return flat

    value = run(file, storage, {} if inside else LOADERS)
    keys = run(file)
    if not isinstance(keys, list) or file.tell() < start:
        raise ValueError("no list of tensors")
    for flat, count in _in_order(storages, keys):
        if int.from_bytes(file.read(8), "little") != count:
            raise ValueError("a tensor of another size than announced")
        data = file.read(flat.numel() * flat.element_size())
        if len(data) != flat.numel() * flat.element_size():
            raise ValueError("the file ends within a tensor")
        if data:
            flat.view(torch.uint8).copy_(torch.frombuffer(bytearray(data), dtype=torch.uint8))
    return value


def _in_order(
    storages: dict[str, tuple[Tensor, int]], keys: list[Any]
) -> Iterator[tuple[Tensor, int]]:
    if set(keys) != set(storages):
        raise ValueError("tensors without numbers")
    for key in keys:
        yield storages[key]


def nested_storage(data: object) -> Tensor:
    """The numbers of a storage that torch saved inside a pickle, as a flat tensor."""
    if not isinstance(data, bytes) or not data.startswith(TORCH_MAGIC, 2):
        raise ValueError("a tensor's data is not what torch saves")
    try:
        flat = read_stream(io.BytesIO(data), len(data), inside=True)
    except Refused as refusal:
        raise Refused(f"inside a tensor's data, {refusal}") from None
    if not isinstance(flat, Tensor):
        raise ValueError(f"a tensor's data is of the type {type(flat).__name__}")
    return flat


LOADERS = {"torch.storage _load_from_bytes": nested_storage}
