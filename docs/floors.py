"""The picture of the floors, from the real imports: `python -m docs.floors` writes it.

A band is a floor and says what it imports. In it stand its rooms, folders and files, in rows: a
room imports only rooms of rows below its own.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
FLOORS = ("app", "ui", "studio", "inversion", "models")
BESIDE = ("training", "benchmarks")
WIDTH, MARGIN, GAP, ROW, LETTER = 960, 16, 8, 30, 7.4

Rooms = Mapping[str, set[str]]  # a room -> the rooms that it imports


def imports() -> tuple[dict[str, set[str]], dict[str, dict[str, set[str]]]]:
    """Of each floor the floors that it imports, and of its rooms the rooms of that floor."""
    sys.path.insert(0, str(ROOT))
    packages = [name for name in (*FLOORS, *BESIDE) if name != "app"]
    graph = grimp.build_graph(*packages, exclude_type_checking_imports=True, cache_dir=None)
    floors: dict[str, set[str]] = {name: set() for name in (*FLOORS, *BESIDE)}
    rooms: dict[str, dict[str, set[str]]] = {name: {} for name in packages}
    app = (ROOT / "app.py").read_text().splitlines()
    floors["app"] = {
        word for line in app if line.startswith("from ") for word in [line.split()[1].split(".")[0]]
    } & set(packages)
    for module in graph.modules:
        floor, *room = module.split(".")[:2]
        if room and not room[0].startswith("_"):
            rooms[floor].setdefault(room[0], set())
        for other in graph.find_modules_directly_imported_by(module):
            below, *there = other.split(".")[:2]
            if below != floor:
                floors[floor].add(below)
            elif room and there and room != there and not room[0].startswith("_"):
                rooms[floor].setdefault(room[0], set()).add(there[0])
    return floors, rooms


def rows(rooms: Rooms) -> list[list[str]]:
    """Rooms in rows, the lowest last: each as low as what it imports lets it stand. Raises
    graphlib.CycleError where rooms import one another."""
    height: dict[str, int] = {}
    for room in TopologicalSorter(rooms).static_order():
        height[room] = max((height[below] + 1 for below in rooms.get(room, ())), default=0)
    top = max(height.values(), default=-1)
    return [sorted(r for r, h in height.items() if h == level) for level in range(top, -1, -1)]


def wrapped(row: list[str]) -> list[list[str]]:
    """A row of rooms as lines that are not too wide."""
    lines, width = [[]], 0.0  # type: list[list[str]], float
    for room in row:
        wide = len(room) * LETTER + 16 + GAP
        if width + wide > WIDTH - 4 * MARGIN and lines[-1]:
            lines.append([])
            width = 0.0
        lines[-1].append(room)
        width += wide
    return lines


def band(name: str, below: set[str], rooms: Rooms, top: float) -> tuple[list[str], float]:
    """A floor's drawing from `top` down, and where it ends."""
    order = [floor for floor in (*FLOORS, *BESIDE) if floor in below]
    told = f"imports {', '.join(order)}" if order else "imports no other floor"
    parts, y = [], top + 2 * MARGIN
    parts.append(f'<text x="{2 * MARGIN}" y="{top + 22}" class="floor">{name}</text>')
    parts.append(f'<text x="{WIDTH - 2 * MARGIN}" y="{top + 22}" class="told">{told}</text>')
    for row in rows(rooms):
        for line in wrapped(row):
            x = 2.0 * MARGIN
            for room in line:
                wide = len(room) * LETTER + 16
                parts.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="22"/>')
                middle = x + wide / 2
                parts.append(f'<text x="{middle:.1f}" y="{y + 15}">{escape(room)}</text>')
                x += wide + GAP
            y += ROW
    end = y + GAP / 2
    frame = f'<rect class="band" x="{MARGIN}" y="{top}" width="{WIDTH - 2 * MARGIN}"'
    return [f'{frame} height="{end - top}"/>', *parts], end


STYLE = """
  text { font: 12px ui-monospace, monospace; text-anchor: middle; fill: #1f2937 }
  .floor { font-weight: 700; font-size: 14px; text-anchor: start }
  .told { text-anchor: end; fill: #4b5563 }
  rect { fill: #ffffff; stroke: #9ca3af; rx: 4px }
  .band { fill: #eef2ff; stroke: #6366f1 }
  .paper { fill: #ffffff; stroke: none }
"""


def svg() -> str:
    """The whole picture."""
    floors, rooms = imports()
    parts, y = [], float(MARGIN)
    for name in (*FLOORS, *BESIDE):
        drawn, end = band(name, floors[name], rooms.get(name, {}), y)
        parts += drawn
        y = end + MARGIN
    size = f'width="{WIDTH}" height="{y:g}" viewBox="0 0 {WIDTH} {y:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    title = "<title>The floors and their rooms, each above what it imports</title>"
    paper = '<rect class="paper" width="100%" height="100%"/>'
    lines = [head, title, f"<style>{STYLE}</style>", paper, *parts, "</svg>"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(svg())
    print(f"wrote {PICTURE.relative_to(ROOT)}")
