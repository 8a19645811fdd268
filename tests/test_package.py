"""What `pip install` leaves: built, installed where no source tree is, and used from elsewhere."""

import ast
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
from collections.abc import Iterator, Sequence
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from inversion import Inversion
from tests.ui.server import ROOT, serving

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
INSTALLED = ("inversion", "models", "studio", "ui")
LOCAL = {*INSTALLED, "training", "benchmarks", "tests"}
DISTRIBUTIONS = packages_distributions()
PHOTO = ROOT / "assets" / "avatars" / "human.png"


def declared(*extras: str) -> dict[str, Requirement]:
    """The dependencies, and those of some extras, by their canonical names."""
    lines = [*PROJECT["dependencies"]]
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    found = {canonicalize_name(line.name): line for line in map(Requirement, lines)}
    found.pop(PROJECT["name"], None)
    return found


def locked(file: str) -> dict[str, str]:
    """What a lock pins: name -> version."""
    lines = (ROOT / file).read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]
    return {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}


def imported(folder: str) -> Iterator[str]:
    """Every top-level name that a folder's files import, of others than this project and Python."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Import():
                    names = [alias.name for alias in node.names]
                case ast.ImportFrom(level=0, module=str(module)):
                    names = [module]
                case _:
                    continue
            yield from {name.split(".")[0] for name in names} - LOCAL - sys.stdlib_module_names


def distributions(folder: str) -> set[str]:
    """The distributions that a folder's files import."""
    return {canonicalize_name(DISTRIBUTIONS[name][0]) for name in imported(folder)}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [*((name, ()) for name in INSTALLED), ("training", ("train",)),
     ("benchmarks", ("train", "dev")), ("tests", ("train", "dev"))],
)  # fmt: skip
def test_whatever_is_imported_is_declared(folder: str, extras: Sequence[str]) -> None:
    assert distributions(folder) - set(declared(*extras)) == set()


def test_whatever_the_installed_packages_require_is_imported() -> None:
    assert set(declared()) - set.union(*map(distributions, INSTALLED)) == set()


@pytest.mark.parametrize(
    ("file", "extras"), [("requirements.txt", ()), ("requirements-dev.txt", ("train", "dev"))]
)
def test_the_lock_has_every_dependency_at_the_foot_of_its_range(
    file: str, extras: Sequence[str]
) -> None:
    """And the tests run with the lock; so they cover what is promised."""
    pins, ranges = locked(file), declared(*extras)
    if extras:
        pins = locked("requirements.txt") | pins
    assert set(pins) == set(ranges)
    for name, pin in pins.items():
        assert version(name) == pin, f"{name}: make test installs the lock, and here is another"
        assert pin in ranges[name].specifier
        (least,) = [s.version for s in ranges[name].specifier if s.operator == ">="]
        assert pin.startswith(least)


def test_both_tables_name_what_exists() -> None:
    for target in PROJECT["scripts"].values():
        module, function = target.split(":")
        source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text()
        assert re.search(rf"^def {function}\(", source, re.M)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, which finds the other packages where these tests do."""
    home = tmp_path_factory.mktemp("wheel")
    source = home / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "runs", "tests", "docs"))
    (source / "tests").mkdir()
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(home), str(source)]
    subprocess.run([sys.executable, *build], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(source)
    (wheel,) = home.glob("*.whl")
    venv = home / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    pip = ["-m", "pip", "--python", str(venv), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([sys.executable, *pip, str(wheel)], check=True)
    return venv / "bin"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that knows nothing of the source tree."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return tmp_path


@pytest.mark.slow
def test_the_command_line_inverts_from_the_installed_weights(
    environment: Path, elsewhere: Path
) -> None:
    flags = ["--method", "encoder", "--seeds", "1", "--out", "run"]
    subprocess.run(
        [environment / "gan-inversion", "project", PHOTO, *flags], cwd=elsewhere, check=True
    )
    assert Inversion.load(elsewhere / "run" / "result.safetensors").method == "encoder"


READY = ROOT / "assets" / "ready"  # an answer that is shown on arrival, no example to choose


@pytest.mark.slow
def test_the_installed_page_is_served_with_its_examples(environment: Path, elsewhere: Path) -> None:
    program = environment / "gan-inversion-studio"
    with (
        serving([], program=program, folder=elsewhere) as address,
        urllib.request.urlopen(f"{address}/config") as answer,
    ):
        components = json.load(answer)["components"]
    shown = [c["props"]["value"] for c in components if c["props"].get("elem_id") == "examples"]
    assert shown
    pictures = [path for path in (ROOT / "assets").rglob("*.[pj][np]g") if path.parent != READY]
    assert {len(each) for each in shown} == {len(pictures)}
