"""What every floor uses: tiny generators with random weights, a picture, a stand-in metric."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from xdist.remote import Producer
from xdist.scheduler.loadscope import LoadScopeScheduling

from models.encoders.residual import ResidualEncoder
from models.generators.biggan import BigGAN
from models.generators.generator import Generator, Identity
from models.generators.overparam import Overparameterized
from models.generators.stylegan2 import StyleGAN2
from models.network_file import Weights
from models.perceptual.distance import Perceptual
from tests.ui.server import serving

if TYPE_CHECKING:
    from inversion import Method

AT_THE_PAGE = ("tests/browser/", "tests/ui/api/")  # one process serves it for all of them
THE_PAGE = "the page"
STARTS_PAGES = ("tests/test_app.py", "tests/test_package.py")


class Scopes(LoadScopeScheduling):
    """A file's tests stay in one process; so do all tests of a page that is served, which takes as
    long to begin as many a test."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)


def scope(nodeid: str) -> str:
    return THE_PAGE if nodeid.startswith(AT_THE_PAGE) else nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scopes | None:
    config.option.loadscopereorder = False  # else it begins with whatever has the most tests
    return Scopes(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is left with it when the others end."""
    slow: Counter[str] = Counter()
    for item in items:
        if "url" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
        slow[scope(item.nodeid)] += item.get_closest_marker("slow") is not None

    def order(item: pytest.Item) -> tuple[bool, bool, int, str]:
        own = scope(item.nodeid)
        return own != THE_PAGE, own not in STARTS_PAGES, -slow[own], own

    items.sort(key=order)


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The address of a page with small models."""
    with serving() as address:
        yield address


def tiny_stylegan2(name: str = "tiny") -> StyleGAN2:
    """A 16-pixel StyleGAN2 with random weights and audible noise."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        G = StyleGAN2(
            resolution=16, z_dim=8, w_dim=8, channels={4: 8, 8: 8, 16: 8}, mapping_layers=2
        )
        for parameter_name, parameter in G.named_parameters():
            if parameter_name.endswith("noise_strength"):
                parameter.data.fill_(0.1)
    G.identity = Identity(name, "stylegan2", name.encode().hex().ljust(64, "0"), "Apache-2.0")
    return G.eval().requires_grad_(False)


def tiny_overparam() -> Overparameterized:
    """A 16-pixel overparameterized generator of eight rows with random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        G = Overparameterized(
            resolution=16, z_dim=8, w_dim=8, channels={4: 8, 8: 8, 16: 8}, mapping_layers=2
        )
    G.mapping.w_avg.copy_(G.w_statistics()[0][:8])
    G.identity = Identity("tiny-matrix", "overparameterized", "d" * 64, "Apache-2.0")
    return G.eval().requires_grad_(False)


def tiny_biggan() -> BigGAN:
    """A 16-pixel BigGAN-deep of three classes with random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        G = BigGAN(
            resolution=16, layers=[(True, 2, 2), (True, 2, 1)], channel_width=8, num_classes=3,
            z_dim=8, class_dim=4, n_stats=2,
        )  # fmt: skip
    G.identity = Identity("tiny-classes", "biggan", "c" * 64, "Apache-2.0")
    return G.eval().requires_grad_(False)


def tiny_encoder(G: Generator) -> ResidualEncoder:
    """An encoder with random weights that belongs to G."""
    mapping = "c" not in G.spaces
    with torch.random.fork_rng():
        torch.manual_seed(0)
        encoder = ResidualEncoder(
            z_dim=G.z_dim,
            w_dim=G.w_dim if mapping else 0,
            num_ws=G.num_ws if mapping else 0,
            class_dim=G.class_dim,
            num_classes=G.num_classes,
            widths=(8, 8),
        )
    if G.num_classes:
        encoder.classes.copy_(G.embeddings)
    encoder.identity = Identity("tiny-encoder", "encoder", "e" * 64, "Apache-2.0")
    encoder.for_generator = Weights(G.identity.name, G.identity.sha256)
    return encoder.eval().requires_grad_(False)


def beginning(row: "Method", G: Generator) -> dict[str, ResidualEncoder]:
    """What `solve` is given besides for that method: an encoder, if it needs one."""
    return {"encoder": tiny_encoder(G)} if row.needs_encoder else {}


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Sums are rounded alike in every process that has one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def tiny() -> StyleGAN2:
    return tiny_stylegan2()


@pytest.fixture
def other_tiny() -> StyleGAN2:
    return tiny_stylegan2("other")


@pytest.fixture
def picture() -> np.ndarray:
    """A colour gradient with an edge, uint8 [16, 16, 3]."""
    y, x = np.mgrid[0:16, 0:16] / 15
    return np.uint8(255 * np.stack([x, y, (x > y)], -1))


class PixelFeatures(Perceptual):
    """A stand-in whose distance is the mean squared difference of 2x2-pooled pixels."""

    name = "pooled pixels"

    def features(self, x: torch.Tensor) -> list[torch.Tensor]:
        return [torch.nn.functional.avg_pool2d(x, 2)]

    def compare(self, a, b, weight=None):
        return (a[0] - b[0]).square().flatten(1).mean(1)


@pytest.fixture
def pixels() -> PixelFeatures:
    return PixelFeatures()
