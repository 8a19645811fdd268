"""Methods side by side on one picture, under equal terms.

    for standing in compare(G, photo, ["w+", "ilo", Entry("W", other)], budget=10):
        print([(cell.name, cell.step, cell.metrics) for cell in standing.cells])
    standing.ranking()                   numbers of the cells, nearest first
    Report(standing, folder).all()       sheet, table, curves and every result file

`compare` is a stream of `Standing`s; closing it stops the race, and `settled` of the last one has
the best of every cell. `SETS` are choices of methods that are worth seeing beside one another.
"""

from inversion.comparison.entry import Entry
from inversion.comparison.race import compare
from inversion.comparison.report import Report
from inversion.comparison.sets import SETS, MethodSet, serving
from inversion.comparison.sheet import sheet
from inversion.comparison.standing import TERMS, Cell, Point, Standing, Terms

__all__ = [
    "SETS",
    "TERMS",
    "Cell",
    "Entry",
    "MethodSet",
    "Point",
    "Report",
    "Standing",
    "Terms",
    "compare",
    "serving",
    "sheet",
]
