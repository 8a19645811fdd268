"""Where class vectors end that began at their class: a t-SNE map (pix2latent, figure 14)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
import torch
from sklearn.manifold import TSNE

from benchmarks.common import report, sheets
from inversion import METHODS, invert
from models import load, load_perceptual


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks classes", description=__doc__)
    parser.add_argument("--count", type=int, default=48, help="held-out avatars")
    parser.add_argument("--steps", type=int, default=100, help="of Adam over z and c")
    parser.add_argument("--seed", type=int, default=0, help="of the search and the map")
    options = parser.parse_args(argv)
    G, perceptual = load("species"), load_perceptual("embedded")
    pictures = sheets.cases(options.count, G.resolution)
    vectors, labels = [], []
    for case in pictures:
        result = invert(
            G,
            case.picture,
            METHODS["z"],
            label=case.label,
            seeds=1,
            seed=options.seed,
            steps=options.steps,
            perceptual=perceptual,
        )
        assert result.codes.c is not None, "species has classes"
        vectors.append(result.codes.c[0])
        labels.append(case.label)
    found, original = torch.stack(vectors), G.embeddings.detach()
    away = torch.cdist(found, original)
    own = away[torch.arange(len(found)), torch.tensor(labels)]
    apart = torch.pdist(original).min()
    nearest = (away.argmin(1) == torch.tensor(labels)).float().mean()
    among = torch.cdist(found, found)
    among.fill_diagonal_(torch.inf)
    neighbours = [labels[int(i)] for i in among.argmin(1)]
    same = np.mean([a == b for a, b in zip(labels, neighbours, strict=True)])
    body = (
        f"{options.count} held-out avatars, {options.steps} steps of Adam over z and c, c from the "
        "embedding of its class on. Squares with a black border are the classes as they were "
        "trained.\n\n"
        + chart(found, original, labels, G.class_names, options.seed)
        + f"\n\nc moved by {own.median():.2f} in median; the two nearest classes lie {apart:.2f} "
        f"apart. {nearest:.0%} of the vectors are still nearest to their own class, and the "
        f"nearest other picture's vector is of the same class for {same:.0%}.\n\n"
        "The paper: vectors of similar classes end near one another, and crossing over to another "
        "class is common. Here "
        + ("none crosses over" if nearest == 1 else f"{1 - float(nearest):.0%} cross over")
        + "."
    )
    report.write(
        "classes",
        "Class vectors after the search (pix2latent, figure 14)",
        f"python -m benchmarks classes --count {options.count} --steps {options.steps} "
        f"--seed {options.seed}",
        body,
    )
    print(body)


def chart(
    found: torch.Tensor,
    original: torch.Tensor,
    labels: Sequence[int],
    names: Sequence[str],
    seed: int,
) -> str:
    both = torch.cat([original, found]).numpy()
    places = TSNE(perplexity=min(10, len(both) - 1), random_state=seed).fit_transform(both)
    drawing = sheets.figure(7, 5)
    axes = drawing.add_subplot()
    colours = [f"C{label}" for label in labels]
    x, y = places[len(original) :].T
    axes.scatter(x, y, c=colours, s=24)
    for label, (name, (x, y)) in enumerate(zip(names, places, strict=False)):
        axes.scatter([x], [y], c=f"C{label}", s=90, marker="s", edgecolors="black", label=name)
    axes.set(xticks=[], yticks=[])
    axes.legend(fontsize=8)
    return sheets.saved("classes", drawing)
