"""The problem that `inversion.discover` solves: `Joint`, w* with a direction D and strengths α over
a series of pictures, from parts like any other's: `Along` (P), `EachOfSeries` (A), `Margin` (R).
"""

from inversion.discovery.problem import Along, EachOfSeries, Joint, Margin

__all__ = ["Along", "EachOfSeries", "Joint", "Margin"]
