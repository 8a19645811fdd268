"""How fragile an answer is, and an attribute that is discovered from it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from inversion.sampling import draw
from tests.browser.test_edit import shown, slider
from tests.browser.test_project import open_result, width_fits
from tests.inversion.conftest import result_of
from tests.ui.doubles import load


@pytest.mark.usefixtures("one_thread")
def test_an_answer_is_disturbed_and_its_attribute_discovered(
    studio_page: Page, tmp_path: Path
) -> None:
    page, G = studio_page, load("avatars")
    result_of(G, draw(G, 1, seed=8)).save(tmp_path / "found.safetensors")
    open_result(page, tmp_path / "found.safetensors")
    page.locator("#fragile").click()
    chart = page.locator("#fragility")
    expect(chart.locator("img")).to_have_count(7)
    expect(chart).to_contain_text("signal-to-noise ratio")
    assert width_fits(page)
    page.locator("#seeds-gallery button").first.click()
    expect(chart.locator("img")).to_have_count(0)

    page.locator("#send-project").click()
    expect(page.locator("#edit-status")).to_contain_text("the picture follows")
    page.get_by_role("button", name="Discover an attribute").click()
    page.locator("#discovery-kind").get_by_text("Brightness").click()
    page.locator("#run-discovery").click()
    status = page.locator("#discovery-status")
    expect(status).to_contain_text("Discovering")
    expect(page.locator("#discovered")).to_contain_text("drawn at step")
    page.locator("#discovery").get_by_role("button", name="Stop").click()
    expect(status).to_contain_text("Along the direction")
    expect(page.locator("#discovered img")).to_be_visible()
    before = shown(page).get_attribute("src")
    slider(page, "brightness").press("End")
    expect(page.locator("#edits")).to_contain_text("brightness +4.00")
    expect(shown(page)).not_to_have_attribute("src", before)
    assert width_fits(page)
    page.locator("#former").click()
    expect(status).to_contain_text("The former result is back")
    expect(page.locator("#edits")).to_contain_text("No edits")
