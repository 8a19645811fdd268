"""All of pix2latent on the page: object, class, search, fine-tuning, and back in the photo."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from inversion import Inversion
from tests.browser.conftest import opened
from tests.browser.test_project import PHOTOS, download, status, upload
from tests.ui.doubles import load
from ui.components.controls import PLAIN


def choose_method(page: Page, family: str, name: str) -> None:
    page.locator("#wish").get_by_text("My own choice").click()
    choice = page.locator(f"#method input[value='{name}']")
    if not choice.is_visible():
        page.locator("#method summary").filter(has_text=family).click()
    choice.check()


def stroke(page: Page) -> None:
    """From the middle of the crop to its right, with whatever tool is in the hand."""
    canvas = page.locator("#crop canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    x, y, side = box["x"], box["y"], box["width"]
    page.mouse.move(x + side / 2, y + side / 2)
    page.mouse.down()
    page.mouse.move(x + 0.9 * side, y + side / 2, steps=4)
    page.mouse.up()


@pytest.mark.usefixtures("one_thread")
def test_a_painted_object_is_searched_tuned_and_put_back(studio_page: Page, tmp_path: Path) -> None:
    page = studio_page
    upload(page, PHOTOS / "astronaut.jpg")
    expect(status(page)).to_contain_text("Ready.")
    expect(page.locator("#class")).to_be_hidden()
    page.locator("#model input").click()
    page.get_by_role("option", name="Species").click()
    page.locator("#class input").click()
    page.get_by_role("option", name="owl").click()
    choose_method(page, "z, one latent", "basincma")
    page.get_by_label("number input for Seeds").fill("2")
    page.get_by_label("number input for Seeds").press("Tab")
    page.get_by_role("button", name="Paint the object").click()
    stroke(page)
    expect(page.locator("#crop")).to_contain_text("only the painted part counts")

    page.locator("#run").click()
    expect(status(page)).to_contain_text("Done at step")
    expect(page.locator("#metrics")).to_contain_text("inside the painted area")
    gallery = page.locator("#seeds-gallery .caption-label")
    expect(gallery).to_have_count(2)
    found = Inversion.load(download(page, "Result file", tmp_path / "found.safetensors"))
    assert gallery.all_inner_texts() == [
        f"seed {seed}\n{psnr:.1f} dB"
        for seed, psnr in zip(found.seeds, found.metrics["PSNR"], strict=True)
    ]
    assert found.losses[0] <= found.losses[1]
    assert found.method == "basincma" and 0.05 < found.mask.mean() < 0.3
    assert found.mask[32, 40] and not found.mask[32, 10]

    page.locator("#tune").get_by_text("Fine-tune this answer").click()
    for knob, value in (("penalty", "0"), ("until", "0"), ("steps", "5")):
        name = PLAIN[f"tuning.{knob}"]
        page.get_by_label(f"number input for {name}").or_(
            page.get_by_label(name, exact=True)
        ).first.fill(value)
    page.get_by_label(f"number input for {PLAIN['tuning.steps']}").press("Tab")
    page.locator("#run-tune").click()
    expect(status(page)).to_contain_text("Done at step 5 of 5")
    tuned = Inversion.load(download(page, "Result file", tmp_path / "tuned.safetensors"))
    assert tuned.deltas
    shown = page.locator("#slider img").last.get_attribute("src")
    page.get_by_label("range slider for Strength").press("Home")
    expect(page.locator("#slider img").last).not_to_have_attribute("src", shown)
    with Image.open(download(page, "Picture (PNG)", tmp_path / "before.png")) as image:
        np.testing.assert_array_equal(np.asarray(image), found.render(load("species"))[0])

    page.locator("#view").get_by_text("In the photo").click()
    expect(page.locator("#inside img")).to_be_visible()
    with (
        Image.open(download(page, "Blended photo (PNG)", tmp_path / "photo.png")) as image,
        Image.open(PHOTOS / "astronaut.jpg") as photo,
    ):
        changed = (np.asarray(image) != np.asarray(photo)).any(2)
    assert changed[256, 300] and not changed[:, :100].any()


def test_a_finger_paints_and_clears(browser, playwright, url: str) -> None:
    context = browser.new_context(**playwright.devices["Pixel 7"])
    page = opened(context.new_page(), url)
    upload(page, PHOTOS / "chelsea.jpg")
    expect(status(page)).to_contain_text("Ready.")
    page.get_by_role("button", name="Paint the object").click()
    page.locator("#crop canvas").tap()
    expect(page.locator("#crop")).to_contain_text("only the painted part counts")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#crop")).not_to_contain_text("only the painted part counts")
    stroke(page)
    page.get_by_label("range slider for Zoom").press("End")
    expect(page.locator("#crop")).to_contain_text("only the painted part counts")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    context.close()


def test_a_method_that_cannot_serve_says_so_in_the_list(studio_page: Page) -> None:
    page = studio_page
    choose_method(page, "Styles, and what", "(w+, b)")
    page.locator("#model input").click()
    page.get_by_role("option", name="ImageNet by class").first.click()
    expect(page.locator("#method")).to_contain_text("which biggan-deep-128 lacks")
    expect(page.locator("#method input[value='(w+, b)']")).to_be_disabled()
    expect(page.locator("#method input[value='z']")).to_be_checked()
    page.locator("#class input").click()
    page.locator("#class input").press_sequentially("tabby")
    page.get_by_role("option", name="tabby").click()
    expect(page.locator("#class input")).to_have_value("tabby")
