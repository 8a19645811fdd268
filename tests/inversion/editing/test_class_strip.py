from dataclasses import replace

import numpy as np
import pytest
import torch

from inversion.editing import ChangeClass, Move, between_classes, in_classes
from inversion.sampling import draw
from inversion.tuning.deltas import compress
from models.errors import StudioError
from tests.conftest import tiny_biggan
from tests.inversion.conftest import result_of, toward


@pytest.fixture
def G():
    return tiny_biggan()


@pytest.fixture
def found(G, one_thread):
    return result_of(G, draw(G, 2, seed=3)).edit([Move(toward(G, "z"), 1.0)])


def test_every_class_is_drawn_with_the_same_z(G, found):
    pictures = in_classes(G, found, rank=1)
    assert len(pictures) == G.num_classes
    z = found.codes.z[1:] + toward(G, "z").vector
    for label, picture in enumerate(pictures):
        x = G.synthesize(G.map(z, G.embeddings[label : label + 1]))[0].clamp(-1, 1)
        expected = ((x + 1) * 127.5).permute(1, 2, 0).numpy()
        assert np.abs(picture - expected).max() <= 1
    assert np.abs(pictures[0].astype(int) - pictures[1]).max() > 5


def test_between_two_classes_the_ends_are_theirs(G, found):
    way = between_classes(G, found, 0, 1, 5)
    ends = in_classes(G, found, [0, 1])
    np.testing.assert_array_equal(way[0], ends[0])
    np.testing.assert_array_equal(way[-1], ends[1])
    middle = found.edit([*found.edits, ChangeClass.to(G, 0), ChangeClass.to(G, 1, 0.5)])
    assert np.abs(way[2].astype(int) - middle.render(G)[0]).max() <= 1


def test_before_and_after_fine_tuning(G, found):
    name, weight = next((k, w) for k, w in G.named_parameters() if w.dim() == 4)
    change = 0.5 * torch.randn(weight.shape, generator=torch.Generator().manual_seed(0))
    tuned = replace(found, deltas=compress({name: change}))
    before, after = (in_classes(G, tuned, [0, 1], strength=s) for s in (0.0, 1.0))
    np.testing.assert_array_equal(before, in_classes(G, found, [0, 1]))
    own = tuned.edit([*tuned.edits, ChangeClass.to(G, 1)]).render(G)[0]
    assert np.abs(after[1].astype(int) - own).max() <= 1
    assert np.abs(after[1].astype(int) - before[1]).max() > 3


def test_classes_that_there_are_not_are_sentences(G, found, tiny):
    with pytest.raises(StudioError, match="has no class 99"):
        in_classes(G, found, [99])
    with pytest.raises(StudioError, match="51 classes at once"):
        in_classes(G, found, [0] * 51)
    with pytest.raises(StudioError, match="has no classes"):
        in_classes(tiny, result_of(tiny, draw(tiny, 1)))
    with pytest.raises(StudioError, match="was made with"):
        in_classes(tiny_biggan(), replace(found, identity=replace(G.identity, sha256="0" * 64)))
    with pytest.raises(StudioError, match="number of pictures"):
        between_classes(G, found, 0, 1, 1)
