"""Which names in a pickle would run code if it were unpickled, and which are merely foreign.

Nothing in a file is ever run here: a name that is not known stands for an `Opaque` value. But a
file that asks for the operating system, for another process or for the interpreter was made to do
harm, and none of its weights is to be trusted.
"""

import sys

# of the standard library: what configurations, paths and times are pickled as
HARMLESS = {
    "_codecs", "_collections", "argparse", "array", "codecs", "collections", "copyreg",
    "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "ipaddress",
    "itertools", "logging", "math", "numbers", "operator", "pathlib", "random", "re", "string",
    "time", "types", "typing", "uuid", "weakref", "zoneinfo",
}  # fmt: skip
HARMLESS_BUILTINS = {
    "bool", "bytearray", "bytes", "complex", "dict", "Ellipsis", "float", "frozenset", "getattr",
    "int", "list", "NotImplemented", "object", "property", "range", "set", "slice", "str", "tuple",
    "type",
}  # fmt: skip
BUILTINS = ("builtins", "__builtin__")
# beyond the standard library: the shell of Python 2, and functions that run a text or load a file
HARMFUL = (
    "commands", "popen2", "IPython", "pip", "setuptools", "numpy.testing", "numpy.f2py",
    "torch.hub", "torch.load", "torch.serialization", "torch.utils.cpp_extension",
)  # fmt: skip


def would_run(name: str) -> bool:
    """Whether unpickling the global "module attribute" could run code beyond building a value.

    >>> would_run("os system"), would_run("pathlib PosixPath"), would_run("training.nets D")
    (True, False, False)
    """
    module, _, attribute = name.partition(" ")
    if module in BUILTINS:
        builtin = attribute.split(".")[0]
        return builtin not in HARMLESS_BUILTINS and not builtin.endswith(("Error", "Exception"))
    full = f"{module}.{attribute}"
    if any(f"{full}.".startswith(f"{each}.") for each in HARMFUL):
        return True
    top = module.split(".")[0]
    return top in sys.stdlib_module_names and top not in HARMLESS
