"""What a step begins with."""

import pytest
import torch

from tests.training.gan.toy import trainer


def test_the_code_goes_into_what_rows_share_and_latents_stay_gaussian() -> None:
    model = trainer(rows=3, batch=4000)
    _, z, paired = model.batches.draw(progress=1.0 - 1e-6)
    assert paired == 4000 and z.shape == (4000, 4 * 6)
    seen = z[:, :6] @ model.q.T  # sqrt(B) u / |u| R in the first three coordinates
    indices = torch.randint(12, (4000,), generator=torch.Generator().manual_seed(0))
    codes = model.data.codes(indices)
    cosine = torch.nn.functional.cosine_similarity(seen[:, :3], codes)
    torch.testing.assert_close(cosine, torch.ones(4000))
    own = z[:, 6:]
    assert own.mean().abs() < 0.02 and (own.std() - 1).abs() < 0.02
    assert torch.corrcoef(torch.cat([own, seen[:, :3]], 1).T)[:18, 18:].abs().max() < 0.1


@pytest.mark.parametrize(
    ("progress", "correlation"), [(0, 1.0), (0.5, 1.0), (0.75, 0.75), (1, 0.5)]
)
def test_rows_come_apart_in_the_second_half_of_the_warm_start(progress, correlation) -> None:
    model = trainer(rows=3, batch=4000)
    z = model.batches.draw(progress)[1]
    rows = model.generator.latents(z).flatten(0, 1).unflatten(0, (4000, 3))
    found = torch.corrcoef(rows[:, :, 0].T)
    assert (found[~torch.eye(3, dtype=bool)] - correlation).abs().max() < 0.05
    assert (rows.std() - 1).abs() < 0.03


def test_style_mixing_changes_free_pictures_only() -> None:
    model = trainer(style_mixing=1.0)
    z = model.generator.sample_z(4, torch.Generator().manual_seed(0))
    G = model.generator
    ws, own = model.batches.styles(G, z, paired=2, progress=1.0), G.map(z)
    assert torch.equal(ws[:2], own[:2])
    assert torch.equal(ws[2:, 0], own[2:, 0]) and not torch.equal(ws[2:, -1], own[2:, -1])
