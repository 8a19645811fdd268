from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_project import width_fits

COUNT = """() => addEventListener("click", (event) => {
  if (event.isTrusted) window.clicks = (window.clicks || 0) + 1;
}, true)"""
ALIKE = """() => new Set([...document.querySelectorAll("#compare-board .shown:not([hidden])")].map(
  (image) => getComputedStyle(image).transform)).size"""


def test_five_methods_race_and_the_sheet_is_saved_in_three_clicks(
    page: Page, url: str, tmp_path: Path
) -> None:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    asked = "tab=Compare&compare-equal=steps&compare-budget=10"
    page.goto(f"{url}/?{asked}", wait_until="domcontentloaded")
    page.wait_for_function("window.studioAddress?.open")
    status, lanes = page.locator("#compare-status"), page.locator("#compare-board .lane")
    expect(page.get_by_label("range slider for Steps for each")).to_have_value("10")
    page.evaluate(COUNT)

    page.locator("#compare-examples button").first.click()
    expect(status).to_contain_text("Ready.")
    page.locator("#compare-run").click()
    expect(lanes).to_have_count(6)
    expect(status).to_contain_text("Racing 5 methods")
    expect(page.locator("#compare-board .running .shown").first).to_be_visible()
    expect(status).to_contain_text("methods have an answer")
    expect(page.locator("#compare-board .leads .mark")).to_have_text("nearest")
    expect(lanes.nth(2)).to_contain_text("step 10")
    with page.expect_download() as started:
        page.get_by_role("button", name="Sheet (PNG)").click()
    started.value.save_as(tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (1920, 1080)
    assert page.evaluate("clicks") == 3

    expect(page.locator("#compare-table tbody tr")).to_have_count(5)
    expect(page.locator("#compare-curves .legendtext").first).to_be_visible()
    board = page.locator("#compare-board .lanes")
    whole = board.locator(".shown").first.evaluate("x => getComputedStyle(x).transform")
    board.focus()
    for key in ("+", "+", "ArrowRight", "d"):
        board.press(key)
    moved = board.locator(".shown").first.evaluate("x => getComputedStyle(x).transform")
    assert moved != whole and page.evaluate(ALIKE) == 1
    expect(page.get_by_role("checkbox", name="Difference")).to_be_checked()
    pane = board.locator(".pane").nth(2)
    pane.hover()
    box = pane.bounding_box()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 30, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    dragged = board.locator(".shown").first.evaluate("x => getComputedStyle(x).transform")
    assert dragged != moved and page.evaluate(ALIKE) == 1
    page.get_by_role("button", name="Show the whole pictures").click()
    assert board.locator(".shown").nth(2).evaluate("x => getComputedStyle(x).transform") == whole
    page.set_viewport_size({"width": 390, "height": 800})
    assert width_fits(page)

    page.locator("#compare-to-project").click()
    expect(page.locator("#slider img").last).to_be_visible()
    expect(page.locator("#photo img").first).to_be_visible()
    page.reload(wait_until="domcontentloaded")
    page.get_by_role("tab", name="Compare").click()
    expect(lanes).to_have_count(6)
    expect(page.locator("#compare-run")).to_be_enabled()
