from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from inversion import Inversion
from tests.browser.conftest import opened
from tests.ui.doubles import load

PHOTOS = Path(__file__).resolve().parents[2] / "assets" / "photos"


def upload(page: Page, path: Path) -> None:
    page.locator("#photo input[type=file]").set_input_files(path)


def status(page: Page):
    return page.locator("#status")


def start(page: Page, effort: str) -> None:
    upload(page, PHOTOS / "astronaut.jpg")
    expect(status(page)).to_contain_text("Ready.")
    page.locator("#wish").get_by_text("My own choice").click()
    page.locator("#effort").get_by_text(effort).click()
    page.locator("#run").click()
    expect(status(page)).to_contain_text("Projecting with w+")


def download(page: Page, button: str, path: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_text(button, exact=True).click()
    started.value.save_as(path)
    return path


def open_result(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#reopen").click()
    chooser.value.set_files(path)


def drag(page: Page, what: Locator, dx: int, dy: int) -> None:
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()


def width_fits(page: Page) -> bool:
    """Against the width of the device: a page that is too wide makes innerWidth grow with it."""
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.mark.usefixtures("one_thread")
def test_from_a_photo_to_a_result_that_opens_again(studio_page: Page, tmp_path: Path) -> None:
    page = studio_page
    expect(page.locator("#run")).to_be_disabled()
    start(page, "Best")
    expect(status(page)).to_contain_text("left")
    expect(page.locator("#live figure.tile")).to_have_count(5)
    expect(page.locator("#live")).to_contain_text("loss by step")
    assert page.locator(".gradio-container").bounding_box()["width"] == 1240  # as without a run
    expect(page.locator("#run")).to_be_disabled()
    page.locator("#stop").click()
    expect(status(page)).to_contain_text("Stopped at step")
    expect(page.locator("#run")).to_be_enabled()
    expect(page.locator("#metrics tbody tr")).to_have_count(4)
    expect(page.locator("#seeds-gallery button")).to_have_count(4)

    buttons = page.locator(".downloads button").filter(visible=True)
    assert buttons.all_inner_texts() == [
        "Picture (PNG)",
        "Result file",
        "Settings (JSON)",
        "Codes (w+, .npz)",
    ]
    result = Inversion.load(download(page, "Result file", tmp_path / "mine.safetensors"))
    with Image.open(download(page, "Picture (PNG)", tmp_path / "mine.png")) as image:
        picture = np.asarray(image)
    np.testing.assert_array_equal(picture, result.render(load("avatars"))[0])
    assert '"steps"' in download(page, "Settings (JSON)", tmp_path / "mine.json").read_text()

    shown = page.locator("#slider img").last.get_attribute("src")
    page.locator("#seeds-gallery button").nth(1).click()
    expect(page.locator("#slider img").last).not_to_have_attribute("src", shown)
    expect(page.locator("#metrics tr.chosen th")).to_have_text(str(result.seeds[1]))

    page.reload(wait_until="domcontentloaded")
    expect(status(page)).to_contain_text("Stopped at step")
    expect(page.locator("#photo img").first).to_be_visible()
    expect(page.locator("#run")).to_be_enabled()
    expect(page.locator("#earlier")).to_be_hidden()
    expect(page.locator("#effort input:checked")).to_have_value("best")
    with Image.open(download(page, "Picture (PNG)", tmp_path / "kept.png")) as image:
        np.testing.assert_array_equal(np.asarray(image), picture)

    page = opened(page.context.new_page(), page.url)
    expect(page.locator("#earlier")).to_contain_text("done already")
    open_result(page, tmp_path / "mine.safetensors")
    expect(status(page)).to_contain_text("Opened, and drawn again")
    with Image.open(download(page, "Picture (PNG)", tmp_path / "again.png")) as image:
        np.testing.assert_array_equal(np.asarray(image), picture)


def test_a_wrong_file_says_so_and_loses_nothing(studio_page: Page, tmp_path: Path) -> None:
    page = studio_page
    start(page, "Fast")
    expect(status(page)).to_contain_text("Done at step")
    kept = page.locator("#photo img").first.get_attribute("src")
    metrics = page.locator("#metrics").inner_text()
    (tmp_path / "text.png").write_text("not a picture")
    whole = (PHOTOS / "chelsea.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    Image.new("1", (12_001, 16)).save(tmp_path / "wide.png")
    for name, words in (
        ("text.png", "not a picture"),
        ("cut.jpg", "damaged or cut short"),
        ("wide.png", "12001 × 16 pixels"),
    ):
        upload(page, tmp_path / name)
        expect(page.locator("#notice")).to_contain_text(words)
        expect(page.locator("#photo img").first).to_have_attribute("src", kept)
    expect(status(page)).to_contain_text("Done at step")
    open_result(page, tmp_path / "text.png")
    expect(status(page)).to_contain_text("not a saved result")
    assert page.locator("#metrics").inner_text() == metrics
    expect(page.locator("#slider")).to_be_visible()
    expect(page.locator("#run")).to_be_enabled()


def test_crop_knobs_and_keyboard(studio_page: Page) -> None:
    page = studio_page
    upload(page, PHOTOS / "chelsea.jpg")
    expect(status(page)).to_contain_text("Ready.")
    crop = page.locator("#crop img")
    before = crop.get_attribute("src")
    drag(page, page.locator("#photo .frame i"), -88, -88)
    zoom = page.get_by_label("range slider for Zoom")
    expect(crop).not_to_have_attribute("src", before)
    assert float(zoom.input_value()) > 4
    before = crop.get_attribute("src")
    drag(page, page.locator("#photo .frame"), -30, 0)
    expect(crop).not_to_have_attribute("src", before)
    assert float(page.get_by_label("range slider for Left – right").input_value()) < 0

    page.locator("#wish").get_by_text("My own choice").click()
    page.get_by_text("All settings").click()
    steps = page.get_by_label("Steps (adam)")
    expect(steps).to_have_value("1000")
    steps.fill("6")
    steps.press("Tab")
    page.locator("#run").click()
    expect(status(page)).to_contain_text("Done at step 6 of 6")

    expect(page.locator("#slider")).to_contain_text("your picture")
    page.locator("#position").press("Home")
    clip = page.locator("#slider .after").evaluate("x => getComputedStyle(x).clipPath")
    assert clip == "inset(0px 0px 0px 0%)"
    page.locator("#view").get_by_text("Side by side").click()
    expect(page.locator("#pair img")).to_have_count(2)


def test_a_second_visitor_waits_for_a_turn_and_sees_only_their_own(
    studio_page: Page, browser, url: str
) -> None:
    other = opened(browser.new_page(), url)
    upload(other, PHOTOS / "coffee.jpg")
    expect(status(other)).to_contain_text("Ready.")
    start(studio_page, "Best")
    other.locator("#run").click()
    expect(status(other)).to_contain_text("queue: 1/1")
    studio_page.locator("#stop").click()
    expect(status(studio_page)).to_contain_text("Stopped at step")
    expect(status(other)).to_contain_text("Done at step")
    mine = studio_page.locator("#slider img").last.get_attribute("src")
    assert other.locator("#slider img").last.get_attribute("src") != mine
    other.close()


def test_the_page_calls_nobody_else_and_has_no_fault_that_a_console_tells(
    page: Page, url: str
) -> None:
    hosts, faults = set(), []
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("console", lambda said: faults.append(said.text) if said.type != "log" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    opened(page, url)
    for tab, words in (
        ("Compare", "What is compared"), ("Restore", "What happened to it"),
        ("Edit", "What is edited"), ("About", "What this is"),
    ):  # fmt: skip
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        right = page.locator(".columns > .right").locator("visible=true")
        assert page.locator(".gradio-container").bounding_box()["width"] == 1240
        if tab != "About":
            assert right.bounding_box()["height"] <= page.viewport_size["height"]
    ids = page.locator("[id]").evaluate_all("all => all.map((each) => each.id).filter(Boolean)")
    assert sorted(ids) == sorted(set(ids))
    assert faults == []
    assert page.url.endswith("?tab=About")
    page.go_back()
    expect(page.get_by_role("tab", name="Edit")).to_have_attribute("aria-selected", "true")
    page.reload(wait_until="domcontentloaded")
    expect(page.get_by_text("Nothing to edit yet")).to_be_visible()
    assert {host.split(":")[0] for host in hosts if host} == {"127.0.0.1"}
