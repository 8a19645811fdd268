import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor
from torchvision.models import squeezenet1_1

from models.errors import StudioError
from models.perceptual.embedded import EmbeddedPerceptual
from training.perceptual import card, distillation
from training.perceptual import command as perceptual
from training.perceptual.distillation import Trainer, refined
from training.perceptual.distortions import DISTORTIONS, distort
from training.perceptual.pictures import Families, Photos, Scans, Shapes, mixture
from training.perceptual.student import Student
from training.perceptual.teacher import Teacher

SHIPPED = Path(__file__).parents[2] / "models" / "embedded" / "perceptual.safetensors"


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def teacher_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SqueezeNet 1.1 with random weights."""
    path = tmp_path_factory.mktemp("teacher") / "squeezenet.pt"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torch.save(squeezenet1_1().state_dict(), path)
    return path


@pytest.fixture(scope="module")
def teacher(teacher_file: Path) -> Teacher:
    return Teacher(teacher_file)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of four small pictures."""
    monkeypatch.setattr(distillation, "SIZES", (32,))
    monkeypatch.setattr(distillation, "PIXELS", 5 * 32 * 32)
    monkeypatch.setattr(distillation, "PAINTED_SIZE", 32)
    monkeypatch.setattr(distillation, "CANVASES", 6)


def families(n: int = 2) -> Families:
    images = torch.randint(0, 256, (n, Families.STEPS, 3, 64, 64), generator=rng())
    return Families(images.to(torch.uint8))


# the teacher


def test_the_teacher_sees_bgr_less_caffe_s_mean_enlarged_twice(
    teacher: Teacher, teacher_file: Path
) -> None:
    network = squeezenet1_1()
    network.load_state_dict(torch.load(teacher_file, weights_only=True))
    x = torch.rand(2, 3, 40, 40, generator=rng()) * 2 - 1
    red, green, blue = ((x + 1) / 2 * 255).unbind(1)
    shown = torch.stack([blue - 104, green - 117, red - 123], 1)
    shown = F.interpolate(shown, (80, 80), mode="bilinear")
    expected = [network.features[: stop + 1](shown) for stop in (1, 4, 7, 9, 10, 11, 12)]
    for found, raw in zip(teacher.features(x), expected, strict=True):
        torch.testing.assert_close(found, F.normalize(raw, dim=1), rtol=1e-4, atol=1e-5)


def test_the_teacher_s_distance_sums_layers_and_averages_places(teacher: Teacher) -> None:
    x, y = Shapes().draw(2, 32, rng()), Shapes().draw(1, 32, rng(1))
    pairs = zip(teacher.features(x), teacher.features(y), strict=True)
    expected = sum((a - b).square().sum(1).mean((1, 2)) for a, b in pairs)
    torch.testing.assert_close(teacher(x, y), expected)
    assert (teacher(x, x) == 0).all()


def test_another_file_is_no_teacher(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(1)}, tmp_path / "w.pt")
    (tmp_path / "t.pt").write_text("no weights")
    for name in ("w.pt", "t.pt", "absent.pt"):
        with pytest.raises(StudioError, match="--teacher"):
            Teacher(tmp_path / name)


# distortions


@pytest.mark.parametrize("name", DISTORTIONS)
@pytest.mark.parametrize("size", [(64, 64), (33, 48)])
def test_a_distortion_grows_from_nothing(name: str, size: tuple[int, int]) -> None:
    # cropped, so that width and height differ; no random draw may depend on the severity
    x = Shapes().draw(32, 64, rng(1))[:, :, : size[0], : size[1]]
    changes = []
    for severity in (0.0, 0.1, 0.4, 1.0):
        y = DISTORTIONS[name](x, torch.full((32,), severity), rng())
        assert y.shape == x.shape and y.abs().max() <= 1
        changes.append(float((y - x).square().mean()))
    assert changes[0] < 1e-10 and sorted(changes) == changes and changes[-1] > 1e-3


def test_each_picture_has_its_own_severity() -> None:
    x = Shapes().draw(1, 64, rng()).repeat(2, 1, 1, 1)
    for name in ("blur", "noise", "shift", "colour", "warp", "contrast"):
        y = DISTORTIONS[name](x, torch.tensor([0.0, 1.0]), rng())
        torch.testing.assert_close(y[0], x[0], atol=1e-5, rtol=0)
        assert (y[1] - x[1]).abs().mean() > 0.01


def test_distort_is_drawn_from_its_generator_alone() -> None:
    x = Shapes().draw(16, 32, rng())
    a, b, c = (distort(x, rng(seed)) for seed in (3, 3, 4))
    assert torch.equal(a, b) and not torch.equal(a, c) and not torch.equal(a, x)


# pictures


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Dark scans for training, bright ones held out."""
    with zipfile.ZipFile(tmp_path / "scans.zip", "w") as archive:
        for folder, level in (("train", 10), ("test", 240)):
            for index in range(5):
                Image.new("L", (64, 64), level).save(tmp_path / "scan.jpeg")
                archive.write(tmp_path / "scan.jpeg", f"{folder}/a/{index}.jpeg")
    return tmp_path / "scans.zip"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Every fourth of the photos is white."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(8):
        Image.new("RGB", (90, 70), "white" if index % 4 == 3 else "black").save(
            folder / f"{index}.png"
        )
    (folder / "SOURCES.txt").write_text("no photo")
    return folder


def test_scans_and_photos_hold_out_others(scans: Path, photos: Path) -> None:
    assert Scans(scans, held_out=True).draw(4, 32, rng()).min() > 0.8
    assert Photos(photos, held_out=True).draw(4, 32, rng()).min() > 0.99
    assert Photos(photos).draw(4, 32, rng()).max() < -0.99
    assert Scans(scans).draw(4, 32, rng()).shape == (4, 3, 32, 32)
    assert len(Scans(scans, most=2).pictures) <= 2


def test_no_pictures_is_an_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "scans.zip", "w"):
        pass
    with pytest.raises(StudioError, match="--scans"):
        Scans(tmp_path / "scans.zip")
    with pytest.raises(StudioError, match="--photos"):
        Photos(tmp_path)


def test_a_mixture_has_as_many_pictures_as_asked(scans: Path, photos: Path) -> None:
    x = mixture([Scans(scans), Photos(photos), Shapes()], 7, 40, rng())
    assert x.shape == (7, 3, 40, 40) and x.abs().max() <= 1
    assert not torch.equal(x[0], x[1])


def test_families_are_rendered_once_and_drift_apart(tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "families.npy"
    rendered = Families.render(7, 1, cache).images
    assert rendered.shape == (1, Families.STEPS, 3, 64, 64) and rendered.dtype == torch.uint8
    first = rendered[0, 0].float()
    changes = [(member.float() - first).abs().mean() for member in rendered[0, 1:]]
    assert 0 < changes[0] < changes[-1]
    np.save(cache, np.zeros_like(rendered.numpy()))
    assert (Families.render(7, 1, cache).images == 0).all()


def test_family_pairs_are_of_one_family() -> None:
    images = torch.arange(3, dtype=torch.uint8)[:, None, None, None, None] * 100
    images = images + torch.arange(Families.STEPS, dtype=torch.uint8)[:, None, None, None]
    x, y = Families(images.expand(3, Families.STEPS, 3, 64, 64)).pairs(5, 4, 32, rng())
    family = ((x[:, 0, 0, 0] + 1) * 127.5).round()
    member = ((y[:, 0, 0, 0] + 1) * 127.5).round() - family.repeat(4)
    assert x.shape == (5, 3, 32, 32) and y.shape == (20, 3, 32, 32)
    assert set(family.tolist()) <= {0.0, 100.0, 200.0}
    assert ((member >= 1) & (member < Families.STEPS)).all()


# distillation


def test_normalisation_folds_away() -> None:
    student = Student()
    for seed in range(3):
        student.train().features(Shapes().draw(4, 32, rng(seed)))
    for parameter in student.parameters():
        parameter.data += 0.1 * torch.rand(parameter.shape, generator=rng())
    x = Shapes().draw(2, 32, rng(9))
    folded = student.folded()
    assert student.training and type(folded) is EmbeddedPerceptual
    for a, b in zip(student.eval().features(x), folded.features(x), strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-5)
    assert torch.equal(folded.heads[1], student.heads[1])


def test_the_average_follows_weights_and_statistics() -> None:
    mine, other = Student(), Student()
    other.train().features(Shapes().draw(4, 32, rng()))
    before = {name: value.clone() for name, value in mine.state_dict().items()}
    mine.update_ema(other, 0.75)
    for name, value in other.state_dict().items():
        if value.is_floating_point():
            expected = 0.75 * before[name] + 0.25 * value
            torch.testing.assert_close(mine.state_dict()[name], expected)


def test_pairs_belong_together(teacher: Teacher, small: None) -> None:
    x, y = Trainer(teacher, [Shapes()], families()).pairs()
    assert len(x) == 5 and len(y) == 5 * distillation.OTHERS
    near = (y - x.repeat(distillation.OTHERS, 1, 1, 1)).square().mean((1, 2, 3))
    far = (y - x.roll(2, 0).repeat(distillation.OTHERS, 1, 1, 1)).square().mean((1, 2, 3))
    assert near.median() < far.median()


def test_the_loss_vanishes_where_pupil_and_teacher_agree(
    teacher: Teacher, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(teacher, [Shapes()], None)
    x, y = trainer.pairs()
    own = trainer.student.features(torch.cat([x, y]))
    n, times = len(x), len(y) // len(x)
    told = [
        torch.einsum("nchw,c->nhw", (m[:n].repeat(times, 1, 1, 1) - m[n:]).square(), head)
        for m, head in zip(own, trainer.student.heads, strict=True)
    ]
    monkeypatch.setattr(teacher, "maps", lambda a, b: told)
    parts = trainer.parts(x, y)
    assert all(parts[name] < 0.05 for name in ("whole", "layers", "places"))
    assert trainer.parts(x, y.roll(1, 0))["whole"] > 10 * parts["whole"]


def test_steps_teach(teacher: Teacher, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loss on pairs that stay the same falls."""
    monkeypatch.setattr(distillation, "PAINT_EVERY", 1000)
    trainer = Trainer(teacher, [Shapes()], None)
    same = trainer.pairs()
    monkeypatch.setattr(trainer, "pairs", lambda: tuple(p.clone() for p in same))
    before = {k: float(v.detach()) for k, v in trainer.parts(*same).items()}
    for _ in range(12):
        trainer.step()
    after = {k: float(v.detach()) for k, v in trainer.parts(*same).items()}
    assert after["layers"] < 0.8 * before["layers"] and after["features"] < before["features"]
    assert all((head >= 0).all() for head in trainer.student.heads)
    both = zip(trainer.average.parameters(), trainer.student.parameters(), strict=True)
    assert not any(torch.equal(a, b) for a, b in both)


def test_training_resumes_where_it_stopped(teacher: Teacher, small: None, tmp_path: Path) -> None:
    straight = Trainer(teacher, [Shapes()], families())
    for _ in range(2):
        straight.step()
    broken = Trainer(teacher, [Shapes()], families())
    broken.step()
    perceptual.checkpoint(broken, tmp_path)
    another = Trainer(teacher, [Shapes()], families(), seed=9)
    resumed = perceptual.train(another, tmp_path, minutes=0)
    assert resumed.steps == 1
    resumed.step()
    assert resumed.compared == straight.compared
    for name, value in straight.average.state_dict().items():
        torch.testing.assert_close(resumed.average.state_dict()[name], value)


def test_refined_pictures_please_the_pupil(teacher: Teacher, small: None) -> None:
    student = Trainer(teacher, [Shapes()], None).student.eval()
    x, y = Shapes().draw(4, 32, rng()), Shapes().draw(4, 32, rng(1))
    better = refined(student, y, x, rng())
    assert (student(better, x) < student(y, x)).all() and better.abs().max() <= 1


def test_paintings_come_closer_until_they_are_begun_anew(
    teacher: Teacher, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = Trainer(teacher, [Shapes()], None)
    monkeypatch.setattr(distillation, "FRESH", 0)
    sitters, distance = trainer.sitters.clone(), trainer.student.eval()
    before = distance(trainer.canvases, sitters)
    for _ in range(4):
        x, y = trainer.paintings()
    assert x.shape == (5, 3, 32, 32) and len(y) == 5 * distillation.OTHERS
    assert (distance(trainer.canvases, sitters) < before).all()
    assert torch.equal(trainer.sitters, sitters)
    monkeypatch.setattr(distillation, "FRESH", 1)
    trainer.paintings()
    assert sum(torch.equal(a, b) for a, b in zip(trainer.sitters, sitters, strict=True)) == 1


def test_the_command_trains_and_writes_the_network(
    teacher_file: Path,
    scans: Path,
    photos: Path,
    small: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(perceptual, "LOG_STEPS", 1)
    out = tmp_path / "run"
    perceptual.main(
        [
            "--teacher",
            str(teacher_file),
            "--scans",
            str(scans),
            "--photos",
            str(photos),
            "--out",
            str(out),
            "--minutes",
            "0.01",
        ]
    )
    assert "features" in capsys.readouterr().out and (out / "log.jsonl").exists()
    x = Shapes().draw(1, 32, rng())
    assert EmbeddedPerceptual.read(out / "perceptual.safetensors")(x, -x) > 0


# the examination


def test_spearman_is_scipy_s() -> None:
    a, b = torch.randn(2, 50, generator=rng())
    a[:20] = a[:20].round()
    expected = scipy.stats.spearmanr(a.numpy(), b.numpy()).statistic
    assert card.spearman(a, b) == pytest.approx(expected, abs=1e-12)


def test_agreement_is_one_with_itself(teacher: Teacher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card, "SEVERITIES", (0.2, 0.8))
    x = {"shapes": Shapes().draw(2, 32, rng())}
    examined = card.pairs(x, Shapes().draw(12, 32, rng(1)).unflatten(0, (2, 6)))
    assert {name for name, _ in examined} == {*card.EXAMINED, "identity"}
    table = card.correlations(teacher, teacher, examined)
    assert set(table) == {"all", *card.EXAMINED, "identity", "shapes", "avatars"}
    assert all(value == pytest.approx(1) for value, _ in table.values())
    assert table["all"][1] == sum(len(a) for a, _ in examined.values())

    def opposite(a: Tensor, b: Tensor) -> Tensor:
        return -teacher(a, b)

    assert card.correlations(opposite, teacher, examined)["all"][0] < -0.999


# the shipped weights


def test_few_channels_of_the_shipped_network_are_silent() -> None:
    x = mixture([Shapes()], 16, 64, rng(4))
    with torch.no_grad():
        maps = EmbeddedPerceptual.read(SHIPPED).layers(x)
    assert all((m.amax((0, 2, 3)) > 0).float().mean() > 0.75 for m in maps)


@pytest.mark.parametrize("name", [n for n in DISTORTIONS if n != "contrast"])
def test_the_shipped_distance_grows_with_severity(name: str) -> None:
    network = EmbeddedPerceptual.read(SHIPPED)
    x = Shapes().draw(12, 64, rng(5))
    means = [
        network(DISTORTIONS[name](x, torch.full((12,), s), rng()), x).mean().item()
        for s in (0.0, 0.1, 0.25, 0.5, 1.0)
    ]
    assert means == sorted(means) and means[0] < 0.02 * means[-1]


def test_the_shipped_distance_grows_as_an_avatar_turns_into_another(tmp_path: Path) -> None:
    network = EmbeddedPerceptual.read(SHIPPED)
    members = Families.render(11, 2, tmp_path / "f.npy").images.float() / 127.5 - 1
    means = [network(members[:, k], members[:, 0]).mean().item() for k in (0, 1, 3, 5)]
    assert means == sorted(means) and means[0] == 0


def test_descent_of_the_shipped_distance_paints_the_target() -> None:
    network = EmbeddedPerceptual.read(SHIPPED)
    target = Shapes().draw(2, 48, rng(6))
    painted = card.paint(network, target, steps=80)
    grey = card.mse(torch.zeros_like(target), target)
    assert (card.mse(painted, target) < 0.4 * grey).all()
