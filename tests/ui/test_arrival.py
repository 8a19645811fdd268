import gc
from dataclasses import replace

import numpy as np
import pytest
from gradio.blocks import Blocks

from inversion import Inversion
from inversion.pictures.images import Crop, read
from models import load
from studio.edit_state import Editing, Work
from studio.race_session import RaceSession
from studio.session import Session
from studio.visits import Visits
from tests.ui.conftest import PHOTO
from tests.ui.doubles import studio
from tests.ui.visitor import Visitor
from ui import build
from ui.examples import READY, ready


@pytest.fixture(scope="module")
def blocks() -> Blocks:
    return build(studio())


class Newcomer(Visitor):
    """Opens a page at an address; `secret` is what its browser kept of an earlier page."""

    def __init__(
        self, page: Blocks, search: str = "", secret: str = "", **sessions: object
    ) -> None:
        super().__init__(page)
        (load,) = [fn for fn in page.fns.values() if (page._id, "load") in fn.targets and fn.fn]
        self.secret, search_box, self.project, self.restore, self.editing, self.race = load.inputs
        self.stand(self.secret, secret)
        self.stand(search_box, search)
        for name, session in sessions.items():
            self.stand(getattr(self, name), session)
        self.moments = list(self.running(load))

    def has(self, name: str):
        return self.value(getattr(self, name))


def test_a_page_opens_with_an_answer_to_look_at(blocks: Blocks) -> None:
    newcomer = Newcomer(blocks)
    assert newcomer.visible("results") and not newcomer.visible("live")
    assert "done already" in newcomer.value("earlier")
    assert "Choose a picture" in newcomer.value("status") and not newcomer.enabled("run")
    assert newcomer.has("project").outcome is ready()
    assert len(newcomer.value("seeds-gallery")) == len(ready().result)
    assert not newcomer.visible("restore-results")


def test_the_answer_that_is_ready_is_what_its_file_draws() -> None:
    """Where the weights have changed, `assets/README.md` says how to make it again."""
    result, G = Inversion.load(READY / "result.safetensors"), load("avatars")
    drawn = result.render(G).astype(int)
    assert np.abs(drawn - ready().pictures).max() <= 2  # another machine rounds otherwise
    np.testing.assert_array_equal(
        read(READY / f"rank-1-seed-{result.seeds[0]}.png"), ready().pictures[0]
    )


def test_the_address_tells_tab_model_method_task_and_settings(blocks: Blocks) -> None:
    search = "?tab=Restore&wish=own&model=portraits&method=z&seeds=2&adam.steps=7&task=denoising"
    newcomer = Newcomer(blocks, f"{search}&restore-effort=best&inpainting.hole=half&seed=oh")
    values = {name: newcomer.value(name) for name in ("model", "seeds", "seed", "task")}
    assert values == {
        "model": "portraits", "seeds": 2, "seed": 0, "task": "denoising",
    }  # fmt: skip
    assert newcomer.value("restore-effort") == "best" and newcomer.value("Hole") == "centre"
    assert newcomer.of("own", "open") is True
    assert newcomer.has("project").settings["z"] == {"adam.steps": 7}
    assert any(change.get("selected") == "restore" for change in newcomer.moments[0].values())
    other = Newcomer(
        blocks, "?model=nothing&method=zap&seeds=99&tab=Secret&restore-inpainting.hole=half"
    )
    assert (other.value("model"), other.value("seeds")) == ("avatars", 4)
    assert other.value("Hole") == "half"


def test_a_race_comes_back_with_the_crop_that_it_was_of(blocks: Blocks, photo: np.ndarray) -> None:
    answer = replace(ready(), crop=Crop(zoom=2.0))
    race = RaceSession(picture=photo, photo=str(PHOTO), outcome=answer)
    first = Newcomer(blocks, race=race)
    again = Newcomer(blocks, secret=first.value(first.secret))
    assert again.has("race").photo == str(PHOTO)
    zooms = [block for block in blocks.blocks.values() if getattr(block, "label", "") == "Zoom"]
    assert 2.0 in [again.value(block) for block in zooms]
    race.close()
    again.has("race").close()


def test_what_follows_from_a_model_or_task_is_in_the_address_too(blocks: Blocks) -> None:
    newcomer = Newcomer(
        blocks,
        "?model=species&class=2&start=encoder-species&restore-class=1"
        "&task=denoising&then=colourisation&restore-start=encoder-avatars",
    )
    assert (newcomer.value("class"), newcomer.value("start")) == (2, "encoder-species")
    assert newcomer.of("class", "visible") and newcomer.value("then") == "colourisation"
    assert not newcomer.of("restore-class", "visible")  # avatars have no classes
    assert newcomer.value("restore-start") == "encoder-avatars"
    other = Newcomer(blocks, "?model=portraits&class=2&start=encoder-avatars&task=jpeg&then=jpeg")
    assert other.value("class") is None and other.value("start") == other.value("then") == ""


def test_the_address_tells_who_races_and_on_which_terms(blocks: Blocks) -> None:
    race = Newcomer(blocks, "?compare-set=papers&compare-equal=steps&compare-budget=8")
    assert (race.value("compare-set"), race.value("compare-equal")) == ("papers", "steps")
    assert race.of("compare-budget", "label") == "Steps for each"
    assert race.value("compare-budget") == 8 and race.of("compare-budget", "maximum") == 1000
    usual = Newcomer(blocks, "?compare-equal=pictures&compare-budget=9999")
    assert usual.value("compare-budget") == 200


def test_a_page_that_is_loaded_again_has_what_it_had_and_no_other_has_it(
    blocks: Blocks, photo: np.ndarray
) -> None:
    session = Session(picture=photo, photo=str(PHOTO), outcome=ready(), running=True)
    first = Newcomer(blocks, project=session)
    again = Newcomer(blocks, secret=first.value(first.secret))
    kept = again.has("project")
    assert kept is not session and kept.picture is photo and not kept.running
    assert kept.outcome is ready() and "example" not in str(again.value("earlier"))
    assert again.value("photo") == str(PHOTO) and again.enabled("run")
    assert kept.folder != session.folder
    stranger = Newcomer(blocks, secret="guessed")
    assert stranger.has("project").picture is None
    session.close()
    kept.close()


def test_a_page_forgets_with_the_server(blocks: Blocks) -> None:
    visits, session = Visits(), Session()
    secret = visits.begin({"Project": session})
    assert visits.find(secret, "Project") is session and visits.find("", "Project") is None
    assert visits.find(secret, "Restore") is None and visits.begin({}) != secret
    del session
    gc.collect()
    assert visits.find(secret, "Project") is None


def test_work_in_the_edit_tab_is_taken_over_as_it_is() -> None:
    work, other = Work(held="smile"), Work()
    again = Editing(work, (other,)).again()
    assert again.work is not work and again.work.held == "smile" and len(again.aside) == 1
