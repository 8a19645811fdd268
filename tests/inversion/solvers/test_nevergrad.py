"""Nevergrad's optimizers by name."""

import numpy as np
import pytest
import torch

from inversion.solvers import Nevergrad
from inversion.solvers.nevergrad import GOOD
from models.errors import StudioError


@pytest.mark.parametrize("name", GOOD)
def test_every_optimizer_on_the_page_searches_by_its_own_generator(name):
    def points():
        searcher = Nevergrad(steps=3, optimizer=name).searcher(
            np.zeros(4), 1.0, 5, torch.Generator().manual_seed(3)
        )
        for _ in range(3):
            asked = searcher.ask()
            searcher.tell(0.9 * asked, np.square(asked).sum(1))  # refined ones, as Lamarck would
        return asked

    first = points()
    np.random.seed(11)
    np.testing.assert_array_equal(first, points())


def test_an_optimizer_is_any_registered_name_and_no_other():
    other = Nevergrad().configure({"nevergrad.optimizer": "OnePlusLambda"})
    assert other.optimizer == "OnePlusLambda"
    with pytest.raises(StudioError, match="no optimizer 'DiagonalCAM'. Did you mean DiagonalCMA"):
        Nevergrad().configure({"nevergrad.optimizer": "DiagonalCAM"})


def test_a_table_of_all_pairs_of_many_coordinates_is_refused_before_it_is_made():
    """16 448 numbers of a matrix of rows took 7 GB a seed, and four seeds the whole machine."""
    rng = torch.Generator().manual_seed(0)
    with pytest.raises(StudioError, match=r"2\.2 GB a seed. Choose DiagonalCMA"):
        Nevergrad().searcher(np.zeros(16_448), 1.0, 8, rng)
    diagonal = Nevergrad(optimizer="DiagonalCMA").searcher(np.zeros(16_448), 1.0, 8, rng)
    assert diagonal.ask().shape == (8, 16_448)
