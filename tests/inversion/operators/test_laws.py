"""Laws that hold for every row of TASKS, and for some that are put together."""

from pathlib import Path

import pytest
import torch

import inversion
from inversion.operators import TASKS, configured, make
from inversion.operators.operator import Operator
from models.errors import StudioError

TURNED = {
    "scattered pixels": ("inpainting", {"inpainting.hole": "random"}),
    "scratches": ("inpainting", {"inpainting.hole": "scratches"}),
    "text": ("inpainting", {"inpainting.hole": "text"}),
    "half": ("inpainting", {"inpainting.hole": "half"}),
    "blocks": ("super-resolution", {"super-resolution.kernel": "area"}),
    "16 times nearest": (
        "super-resolution",
        {"super-resolution.factor": 16, "super-resolution.kernel": "nearest"},
    ),
    "photons": ("denoising", {"denoising.noise": "poisson"}),
    "specks": ("denoising", {"denoising.noise": "salt-and-pepper"}),
    "motion": ("deblurring", {"deblurring.blur": "motion", "deblurring.angle": 30.0}),
    "blurred, small, noisy": (("deblurring", "super-resolution", "denoising"), {}),
    "noisy measurements": (("compressed-sensing", "denoising"), {}),
    "grey scan": (("colourisation", "mri"), {}),
}
CASES = {name: (name, {}) for name in TASKS} | TURNED
SIZES = (16, 64)


@pytest.fixture(params=SIZES, scope="module")
def size(request) -> int:
    return request.param


@pytest.fixture(params=CASES, scope="module")
def case(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def A(case, size) -> Operator:
    return made(case, size)


def made(case: str, size: int, seed: int = 0) -> Operator:
    return make(configured(*CASES[case]), size, seed)


def pictures(size: int, n: int = 2, seed: int = 0) -> torch.Tensor:
    return torch.rand(n, 3, size, size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def like(shape, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_adjoint(A, size):
    if not A.linear:
        with pytest.raises(StudioError, match="not linear"):
            A.adjoint(A(pictures(size)))
        return
    x, v = like((2, 3, size, size)), like((2, *A.out_shape))
    back = A.adjoint(v)
    assert back.shape == x.shape
    scale = A(x).norm() * v.norm()
    assert ((A(x) * v).sum() - (x * back).sum()).abs() < 1e-6 * scale


def test_linearity(A, size):
    x, u = like((2, 3, size, size)), like((2, 3, size, size), seed=2)
    error = (A(2 * x - 3 * u) - (2 * A(x) - 3 * A(u))).norm() / A(x).norm()
    assert error < 1e-5 if A.linear else error > 1e-3


def test_the_gradient_is_that_of_finite_differences(A, size):
    x, direction = pictures(size, 1).requires_grad_(), like((1, 3, size, size), seed=3)
    direction = direction / direction.norm()
    v = like((1, *A.out_shape))
    (gradient,) = torch.autograd.grad((A(x) * v).sum(), x)
    assert gradient.isfinite().all() and gradient.abs().sum() > 0
    if A.linear:
        torch.testing.assert_close(gradient, A.adjoint(v), atol=1e-5, rtol=1e-4)
        return
    h = 1e-2
    with torch.no_grad():
        slope = ((A(x + h * direction) - A(x - h * direction)) * v).sum() / (2 * h)
    assert abs((gradient * direction).sum() - slope) < 0.2 * gradient.norm()


def test_one_seed_draws_one_operator_and_another_seed_another(A, case, size):
    x = pictures(size)
    again = made(case, size)
    assert torch.equal(A(x), again(x))
    y = A(x)
    drawn = [A.noise(y, torch.Generator().manual_seed(s)) for s in (7, 7, 8)]
    assert torch.equal(drawn[0], drawn[1])
    other = made(case, size, seed=1)
    random = {"scattered pixels", "scratches", "compressed-sensing", "noisy measurements", "mri"}
    assert torch.equal(A(x), other(x)) == (case not in random | {"grey scan"})
    assert torch.equal(drawn[0], drawn[2]) == (A.noise_model is None)


def test_the_state_makes_the_operator_again(A, case, size):
    state = {name: x.clone() for name, x in A.state_dict().items()}
    assert not any(x.is_complex() for x in state.values())
    again = made(case, size, seed=1).load(state)
    x = pictures(size)
    torch.testing.assert_close(again(x), A(x), rtol=0, atol=0)


def test_a_row_does_not_depend_on_its_neighbours(A, size):
    x = pictures(size, 3)
    torch.testing.assert_close(A(x)[1:2], A(x[1:2]), rtol=1e-4, atol=1e-6)


def test_shapes_and_types(A, size):
    x = pictures(size, 3)
    y = A(x)
    assert y.shape == (3, *A.out_shape) and y.dtype == torch.float32 and y.device == x.device
    seen = A.picture(y)
    assert seen.shape == x.shape and seen.isfinite().all()
    assert 0 < A.fraction <= 1


def test_measuring_adds_fresh_noise_from_each_rows_own_generator(A, size):
    x = pictures(size)
    rngs = [torch.Generator().manual_seed(s) for s in (3, 4)]
    first, second = A.measure(x, rngs), A.measure(x, rngs)
    alone = A.measure(x[1:], [torch.Generator().manual_seed(4)])
    torch.testing.assert_close(first[1:], alone, rtol=1e-4, atol=1e-6)
    assert torch.equal(first, second) == (A.noise_model is None)


def test_noise_leaves_a_gradient(A, size):
    x = pictures(size, 1).requires_grad_()
    A.measure(x, [torch.Generator().manual_seed(0)]).square().sum().backward()
    assert x.grad is not None and x.grad.isfinite().all() and x.grad.abs().sum() > 0


def test_the_error_is_the_root_mean_square_over_what_was_measured(A, size):
    x = pictures(size)
    assert A.error(x, A(x[:1]))[0] < 1e-6 < A.error(x, A(x[:1]))[1]
    shifted = x + 0.1
    if A.linear and A.pictorial:
        assert A.error(shifted, A(x)).tolist() == pytest.approx([0.1, 0.1], rel=1e-3)


@pytest.mark.parametrize("name", TASKS)
def test_odd_sizes_work_or_are_refused_in_a_sentence(name):
    try:
        A = TASKS[name].operator(65)
    except StudioError as error:
        assert "65" in str(error)
    else:
        assert A.picture(A(pictures(65))).shape == (2, 3, 65, 65)


@pytest.mark.parametrize("name", TASKS)
def test_every_row_says_what_it_does(name):
    row = TASKS[name]
    assert row.key == name and row.title and row.summary.endswith(".")
    assert all(knob.help for knob in row.knobs().values())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_on_a_gpu_as_on_the_cpu(case):
    here, there = made(case, 64), made(case, 64).to("cuda")
    x = pictures(64)
    torch.testing.assert_close(there(x.cuda()).cpu(), here(x), rtol=1e-4, atol=1e-4)
    rngs = [[torch.Generator().manual_seed(s) for s in (3, 4)] for _ in range(2)]
    torch.testing.assert_close(
        there.measure(x.cuda(), rngs[0]).cpu(), here.measure(x, rngs[1]), rtol=1e-4, atol=1e-4
    )


def test_deepinv_is_imported_no_sooner_than_it_is_needed():
    for file in Path(inversion.__file__).parent.rglob("*.py"):
        lines = file.read_text().splitlines()
        at_once = [line for line in lines if line.startswith(("import ", "from "))]
        heavy = [line for line in at_once if "deepinv" in line or "operators.physics" in line]
        assert not heavy or file.name == "physics.py", (file, heavy)
