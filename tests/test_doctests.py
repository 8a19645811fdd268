"""The examples in docstrings are true. Each module's run as one test, in its own names."""

import ast
import doctest
import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]
PARSER = doctest.DocTestParser()


def documented(file: Path) -> int:
    """How many examples stand in a file's docstrings."""
    nodes = ast.walk(ast.parse(file.read_text()))
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    texts = [ast.get_docstring(node) or "" for node in nodes if isinstance(node, kinds)]
    return sum(len(PARSER.get_examples(text)) for text in texts)


def examples(module: ModuleType) -> list[doctest.DocTest]:
    """Those of the functions and classes that the module defines, decorated ones among them."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    own = {
        name: inspect.unwrap(thing)
        for name, thing in vars(module).items()
        if (inspect.isroutine(thing) or inspect.isclass(thing))
        and thing.__module__ == module.__name__
    }
    found = [finder.find(x, name, module=False, globs=vars(module)) for name, x in own.items()]
    return [test for tests in found for test in tests if test.examples]


FILES = {
    str(file.relative_to(ROOT)): count
    for folder in ("inversion", "models")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if (count := documented(file))
}


SEARCHES = {
    f"inversion/{name}.py"
    for name in ("comparison/race", "discover", "editing/conversion", "solve", "tune")
}


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=[pytest.mark.slow] if p in SEARCHES else []) for p in FILES],
)
def test_what_the_docstrings_show_is_so(path):
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    tests = examples(import_module(name))
    assert sum(len(test.examples) for test in tests) == FILES[path], "an example is never run"
    for test in tests:
        said: list[str] = []
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS)
        runner.run(test, out=said.append)
        assert not runner.failures, "".join(said)
