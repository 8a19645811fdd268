"""On what terms SPHInX and its rivals are compared: equal steps, equal seconds, the same losses."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from benchmarks.common.one_batch import Found, together
from inversion import METHODS
from inversion.methods import Method
from inversion.operators import Operator
from models.encoders.encoder import Encoder
from models.generators.generator import Generator
from models.perceptual.distance import Perceptual

# where a row's own setting would make another comparison of it
SAME: dict[str, Mapping[str, float]] = {"ilo": {"perceptual.weight": 1.0}}
BEGINS = {"bdinvert"}  # at the encoder's estimate, where there is an encoder


@dataclass(frozen=True)
class Terms:
    """`steps` of every method; SPHInX's learning rate, None for its paper's; and whether all are
    also run for as many seconds as SPHInX took."""

    steps: int
    rate: float | None = None
    seconds: bool = True

    @staticmethod
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--steps", type=int, default=400, help="of every method")
        parser.add_argument("--rate", type=float, help="SPHInX's (default: the paper's)")

    def words(self) -> str:
        """The arguments that say so."""
        rate = f" --rate {self.rate:g}" if self.rate else ""
        return f"--steps {self.steps}{rate}" + ("" if self.seconds else " --equal-steps-only")

    def row(self, name: str) -> Method:
        """The method with a run of so many steps; one that begins and ends at an estimate stays."""
        row = METHODS[name]
        if row.one_answer:
            return row
        rate = {"adam.lr": self.rate} if self.rate and name.startswith("sphinx") else {}
        return row.with_steps(self.steps).configure({**SAME.get(name, {}), **rate})

    def rates(self, methods: Sequence[str]) -> str:
        """The learning rate of each, in a sentence."""
        settings = {METHODS[name].title: self.row(name).settings() for name in methods}
        told = [
            f"{title} {value:g}"
            for title, values in settings.items()
            for name, value in values.items()
            if name.endswith(".lr")
        ]
        return (
            f"Learning rates: {', '.join(told)}. The SPHInX paper trains all methods at 0.001 for "
            "10 000 steps."
        )

    def compare(
        self,
        G: Generator,
        perceptual: Perceptual,
        encoder: Encoder,
        pictures: Tensor,
        methods: Sequence[str],
        operator: Operator | None = None,
    ) -> list[tuple[str, dict[str, Found]]]:
        """What each method finds of what `operator` leaves of the pictures, at equal steps, and in
        the seconds that SPHInX then took."""

        def run(name: str, budget: float | None) -> Found:
            row = self.row(name)
            found = together(
                G,
                pictures,
                row,
                perceptual,
                operator=operator,
                encoder=encoder if row.needs_encoder or name in BEGINS else None,
                budget=budget,
            )
            near = sum(found.psnr) / len(found.psnr)
            print(f"{name}: {near:.2f} dB, {found.steps} steps, {found.seconds:.0f} s", flush=True)
            return found

        first = {name: run(name, None) for name in methods}
        tables = [(f"{self.steps} steps each", first)]
        if "sphinx" in first and self.seconds:
            budget = first["sphinx"].seconds
            second = {
                name: found if name == "sphinx" or METHODS[name].one_answer else run(name, budget)
                for name, found in first.items()
            }
            tables.append((f"{budget:.0f} seconds for all pictures of a method together", second))
        return tables
