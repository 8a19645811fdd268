from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from inversion import Inversion
from inversion.operators.measurement import Measurement
from inversion.pictures.images import Crop, read
from inversion.presets.choice import restoring
from tests.browser.test_project import PHOTOS
from tests.ui.doubles import load


def seen(page: Page, selector: str):
    """What is shown of it, which another tab may have, too."""
    return page.locator(f"{selector}, #restore-{selector[1:]}").locator("visible=true")


def status(page: Page):
    return seen(page, "#status")


def to_restore(page: Page) -> None:
    page.get_by_role("tab", name="Restore").click()
    expect(seen(page, "#damage").get_by_label("Hole")).to_be_visible()


def upload(page: Page, name: str) -> None:
    seen(page, "#photo").locator("input[type=file]").set_input_files(PHOTOS / name)
    expect(status(page)).to_contain_text("Ready.")


def paint(page: Page) -> None:
    """A thick stroke over the middle of the crop."""
    crop = seen(page, "#crop")
    crop.get_by_role("button", name="Paint a hole").click()
    crop.locator("canvas").scroll_into_view_if_needed()
    box = crop.locator("canvas").bounding_box()
    x, y, side = box["x"], box["y"], box["width"]
    page.mouse.move(x + 0.35 * side, y + 0.4 * side)
    page.mouse.down()
    page.mouse.move(x + 0.65 * side, y + 0.4 * side, steps=6)
    page.mouse.up()
    expect(crop).to_contain_text("the painted part is missing")
    crop.get_by_role("button", name="Paint a hole").click()


def download(page: Page, button: str, path: Path) -> Path:
    with page.expect_download() as started:
        seen(page, "#results").get_by_text(button, exact=True).click()
    started.value.save_as(path)
    return path


@pytest.mark.usefixtures("one_thread")
def test_a_painted_hole_is_restored_with_ilo_and_a_second_run_stopped_half_way(
    studio_page: Page, tmp_path: Path
) -> None:
    page = studio_page
    to_restore(page)
    expect(seen(page, "#run")).to_be_disabled()
    upload(page, "astronaut.jpg")
    paint(page)
    expect(seen(page, "#degraded")).to_contain_text("painted")
    seen(page, "#run").click()
    expect(status(page)).to_contain_text("Restoring")
    expect(status(page)).to_contain_text("Done at step")
    expect(seen(page, "#quartet figure")).to_have_count(5)
    expect(seen(page, "#seeds-gallery button")).to_have_count(4)
    expect(seen(page, "#maps figure")).to_have_count(2)
    expect(seen(page, "#metrics tbody tr")).to_have_count(5)
    expect(page.get_by_text("None of these is the truth")).to_be_visible()
    expect(seen(page, "#nearer")).to_contain_text("OpenCV's hole filling")

    first = Inversion.load(download(page, "Result file", tmp_path / "first.safetensors"))
    hidden = first.measurement.given.hidden.numpy() > 0
    assert first.method == restoring(load("avatars"), ["inpainting"]).method
    assert hidden[24:28, 24:40].all() and not hidden[40:].any()
    photo = Crop().apply(read(PHOTOS / "astronaut.jpg"), 64)
    np.testing.assert_array_equal(first.truth, photo)
    measured = Measurement.load(download(page, "Measurement", tmp_path / "y.safetensors"))
    np.testing.assert_array_equal(measured.y, first.measurement.y)
    before = seen(page, "#slider").locator("img").first.get_attribute("src")
    seen(page, "#before").get_by_text("Truth").click()
    expect(seen(page, "#slider").locator("img").first).not_to_have_attribute("src", before)

    after = seen(page, "#slider").locator("img.after")
    filled = after.get_attribute("src")
    seen(page, "#as-drawn").get_by_text("All drawn by the generator").click()
    expect(after).not_to_have_attribute("src", filled)
    seen(page, "#as-drawn").get_by_text("Known pixels put back").click()
    expect(after).to_have_attribute("src", filled)

    seen(page, "#effort").get_by_text("Best").click()
    page.locator("#restore-wish").get_by_text("My own choice").click()
    seen(page, "#run").click()
    expect(status(page)).to_contain_text("step ")
    expect(seen(page, "#live figure.tile")).to_have_count(5)
    expect(seen(page, "#live")).to_contain_text("what is left")
    seen(page, "#stop").click()
    expect(status(page)).to_contain_text("Stopped at step")
    expect(seen(page, "#run")).to_be_enabled()
    kept = Inversion.load(download(page, "Result file", tmp_path / "second.safetensors"))
    rims = zip(kept.losses, kept.metrics["rim error"], strict=True)
    told = [loss * rim for loss, rim in rims]
    assert kept.steps > 0 and told == sorted(told)
    with Image.open(download(page, "Picture (PNG)", tmp_path / "best.png")) as image:
        np.testing.assert_array_equal(np.asarray(image), kept.render(load("avatars"))[0])


def test_what_does_not_fit_together_is_said_before_and_instead_of_a_run(studio_page: Page) -> None:
    page = studio_page
    to_restore(page)
    upload(page, "chelsea.jpg")
    expect(seen(page, "#degraded img")).to_have_count(1)
    seen(page, "#way").get_by_text("It is degraded already").click()
    expect(seen(page, "#degraded")).to_contain_text("Paint one")
    seen(page, "#run").click()
    expect(status(page)).to_contain_text("Paint one")
    expect(seen(page, "#run")).to_be_enabled()
    seen(page, "#damage").get_by_label("Hole").click()
    page.get_by_role("option", name="half").click()
    expect(seen(page, "#degraded")).to_contain_text("unknown")


def test_each_tab_keeps_its_own_method(studio_page: Page) -> None:
    page = studio_page
    to_restore(page)
    page.locator("#restore-wish").get_by_text("My own choice").click()
    expect(seen(page, "#method").locator("input:checked")).to_have_value("ilo")
    page.get_by_role("tab", name="Project").click()
    page.locator("#wish").get_by_text("My own choice").click()
    expect(seen(page, "#method").locator("input:checked")).to_have_value("w+")
    page.goto(f"{page.url.split('?')[0]}?wish=own&method=z&restore-wish=own&restore-method=w")
    expect(seen(page, "#method").locator("input:checked")).to_have_value("z")
    to_restore(page)
    expect(seen(page, "#method").locator("input:checked")).to_have_value("w")
