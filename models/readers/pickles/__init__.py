"""Pickles as data: `machine.run` makes the values of `values` of one, `torch_format` reads what
torch.save wrote around it, `policy` says which names would run code. Read them by `unpickle`."""

from models.readers.pickles.values import Opaque

__all__ = ["Opaque"]
