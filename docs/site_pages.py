"""The site's pages that lie elsewhere: README, changes, weights' cards; and one a public face."""

from __future__ import annotations

import ast
import logging
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

LOG = logging.getLogger("mkdocs.hooks.site_pages")
ROOT = Path(__file__).parents[1]
OUTSIDE = ("CONTRIBUTING.md", "CHANGELOG.md", "assets/README.md", "models/embedded/*.md")
SINGLE = ("inversion/losses.py", "inversion/metrics.py", "inversion/knobs.py", "models/errors.py")


def faces() -> dict[str, list[str]]:
    """What each package and single file names in `__all__`, by its name."""
    inits = [file for top in ("inversion", "models") for file in (ROOT / top).rglob("__init__.py")]
    found = {}
    for file in sorted(inits) + [ROOT / name for name in SINGLE]:
        name = file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        if names := exported(ast.parse(file.read_text())):
            found[name.removesuffix(".__init__")] = names
    return found


def exported(tree: ast.Module) -> list[str]:
    """The names in `__all__`."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    return []


def text(face: str, names: list[str]) -> str:
    """The page of a face. A function that has a file of its name is asked for there: by the face's
    name the file would be meant."""
    folder = ROOT / face.replace(".", "/")
    shadowed = [name for name in names if (folder / f"{name}.py").is_file()]
    members = "".join(f"        - {name}\n" for name in names if name not in shadowed)
    parts = [f"# {face}\n\n::: {face}\n    options:\n      members:\n{members}"]
    heading = "    options:\n      show_root_heading: true\n      show_root_full_path: false\n"
    parts += [f"::: {face}.{name}.{name}\n{heading}" for name in shadowed]
    return "\n".join(parts)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Adds the weights' cards and the faces to the navigation."""
    cards = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("models/embedded/*.md"))
    assert config.nav is not None
    config.nav += [
        {"Embedded weights": [{Path(card).stem: card} for card in cards]},
        {"From Python": [{face: f"api/{face}.md"} for face in faces()]},
    ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages."""
    files.append(File.generated(config, "index.md", content=(ROOT / "README.md").read_text()))
    for pattern in OUTSIDE:
        for path in sorted(ROOT.glob(pattern)):
            at = path.relative_to(ROOT).as_posix()
            files.append(File.generated(config, at, content=path.read_text()))
    for face, names in faces().items():
        files.append(File.generated(config, f"api/{face}.md", content=text(face, names)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links as they lie on the site, where docs/ and the repository's root are one folder."""
    markdown = re.sub(r"\]\(((?:\.\./)*)docs/", r"](\1", markdown)
    if (ROOT / "docs" / page.file.src_uri).is_file():
        return markdown.replace("](../", "](").replace("](README.md)", "](index.md)")
    return markdown


def on_post_build(config: MkDocsConfig) -> None:
    """Warns of a public name that its page does not show."""
    for face, names in faces().items():
        page = Path(config.site_dir, "api", face, "index.html").read_text()
        for name in names:
            if not any(f'id="{face}.{at}"' in page for at in (name, f"{name}.{name}")):
                LOG.warning(f"{face} has {name} in __all__, and its page does not show it.")
