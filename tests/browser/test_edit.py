from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from inversion import Inversion
from inversion.editing import save_directions
from inversion.latents import Codes
from inversion.sampling import draw
from tests.browser.conftest import opened
from tests.browser.test_project import download, start, status
from tests.inversion.conftest import result_of, toward
from tests.ui.doubles import load


def slider(page: Page, name: str):
    return page.get_by_role("slider", name=name, exact=True)


def shown(page: Page):
    return page.locator("#edit-slider img.after")


def open_in(page: Page, button: str, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(button).click()
    chooser.value.set_files(path)


def send(page: Page) -> None:
    """From a photo to the Edit tab."""
    start(page, "Fast")
    expect(status(page)).to_contain_text("Done at step")
    page.locator("#send-project").click()
    expect(page.locator("#edit-status")).to_contain_text("the picture follows")


@pytest.mark.usefixtures("one_thread")
def test_from_a_photo_to_an_edit_that_opens_again(studio_page: Page, tmp_path: Path) -> None:
    page, G = studio_page, load("avatars")
    result_of(G, draw(G, 1, seed=8)).save(tmp_path / "second.safetensors")
    send(page)
    page.locator("#source").get_by_text("GANSpace").click()
    for name in ("component 1", "component 2"):
        before = shown(page).get_attribute("src")
        slider(page, name).press("End")
        expect(page.locator("#edits")).to_contain_text(f"{name} +4.00")
        expect(shown(page)).not_to_have_attribute("src", before)
    expect(page.locator("#figures")).to_contain_text("identity kept")

    open_in(page, "#second", tmp_path / "second.safetensors")
    page.locator("#interpolate").click()
    expect(page.locator("#strip img")).to_be_visible()
    video = page.locator("#film video")
    expect(video).to_be_visible()
    page.wait_for_function("document.querySelector('#film video').currentTime > 0.3")

    expect(page.locator("#undo")).to_be_enabled()
    page.locator("#undo").click()
    expect(page.locator("#edits")).not_to_contain_text("component 2")
    expect(slider(page, "component 2")).to_have_value("0")
    expect(slider(page, "component 1")).to_have_value("4")

    file = download(page, "Save the result file", tmp_path / "edited.safetensors")
    with Image.open(download(page, "Save the picture (PNG)", tmp_path / "edited.png")) as image:
        picture = np.asarray(image)
    np.testing.assert_array_equal(picture, Inversion.load(file).render(G)[0])

    drawn = shown(page).get_attribute("src")
    again = opened(page.context.new_page(), page.url)
    again.get_by_role("tab", name="Edit").click()
    open_in(again, "#edit-open", file)
    expect(again.locator("#edits")).to_contain_text("component 1 +4.00")
    expect(shown(again)).to_have_attribute("src", drawn)
    with Image.open(download(again, "Save the picture (PNG)", tmp_path / "again.png")) as image:
        np.testing.assert_array_equal(np.asarray(image), picture)


def test_the_line_between_original_and_edited_is_dragged_and_stays(studio_page: Page, tmp_path):
    page, G = studio_page, load("avatars")
    result_of(G, draw(G, 1, seed=3)).save(tmp_path / "mine.safetensors")
    page.get_by_role("tab", name="Edit").click()
    open_in(page, "#edit-open", tmp_path / "mine.safetensors")
    line = page.locator("#edit-position")
    expect(line).to_have_value("50")
    box = page.locator("#edit-slider .under").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20)
    page.mouse.up()
    expect(line).to_have_value("25")
    expect(page.locator("#edit-status")).to_contain_text("the picture follows")
    page.locator("#source").get_by_text("GANSpace").click()
    slider(page, "component 1").press("End")
    expect(page.locator("#edits")).to_contain_text("component 1 +4.00")
    expect(line).to_have_value("25")
    line.press("End")
    clip = page.locator("#edit-slider .after").evaluate("x => getComputedStyle(x).clipPath")
    assert clip == "inset(0px 0px 0px 100%)"

    names = ["smile", "age", *(f"hair_{k}" for k in range(6)), *(f"light_{k}" for k in range(6))]
    save_directions(tmp_path / "mine.safetensors", [toward(G, name=name) for name in names])
    page.locator("#source").get_by_text("From a file").click()
    open_in(page, "#directions-file", tmp_path / "mine.safetensors")
    groups = page.locator("#directions summary")
    expect(groups).to_have_text(["Expression", "Age and shape", "Hair", "Light and background"])
    expect(slider(page, "hair 3")).to_be_hidden()
    page.get_by_label("Find a slider").fill("hair")
    expect(groups.locator("visible=true")).to_have_text(["Hair"])
    slider(page, "hair 3").press("End")
    expect(page.locator("#edits")).to_contain_text("hair 3 +4.00")
    expect(slider(page, "hair 3")).to_be_visible()  # the group stays open, the search there
    page.get_by_label("hair 3 back to 0").click()
    expect(page.locator("#edits")).not_to_contain_text("hair 3")


@pytest.mark.usefixtures("one_thread")
def test_an_answer_in_w_plus_of_a_model_with_classes_is_edited(
    studio_page: Page, tmp_path: Path
) -> None:
    page, G = studio_page, load("species")
    result_of(G, Codes(ws=draw(G, 1, seed=3).ws)).save(tmp_path / "styles.safetensors")
    page.get_by_role("tab", name="Edit").click()
    open_in(page, "#edit-open", tmp_path / "styles.safetensors")
    expect(page.locator("#edit-status")).to_contain_text("dB (PSNR) from what was found")
    expect(page.locator("#edits")).to_contain_text("as one code and one class")
    before = shown(page).get_attribute("src")
    slider(page, "component 1").press("End")
    expect(page.locator("#edits")).to_contain_text("component 1 +4.00")
    expect(shown(page)).not_to_have_attribute("src", before)
    page.locator("#class-strip-go").click()
    expect(page.locator("#class-strip img")).to_have_count(8)
    page.locator("#undo").click()
    page.locator("#undo").click()
    expect(page.locator("#edits")).not_to_contain_text("as one code and one class")
