"""A newcomer's first minutes: first sight, first run, first edit, first film.

    PAGE=http://127.0.0.1:7860 FILM=film python -m pytest tests/browser/test_first_minutes.py

writes a picture of each moment at a page that runs, as the page proposes it.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import opened
from tests.browser.test_project import status

FILM, PAGE = os.environ.get("FILM"), os.environ.get("PAGE")
WIDTHS = (1280, 390)


class Newcomer:
    """Presses, and counts; photographs what is seen, where a film is asked for."""

    def __init__(self, page: Page, width: int) -> None:
        self.page, self.width, self.clicks, self.pictures = page, width, 0, 0

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def sees(self, what: Locator | None = None) -> None:
        if what is not None:
            what.scroll_into_view_if_needed()
        if FILM:
            Path(FILM).mkdir(parents=True, exist_ok=True)
            self.page.wait_for_timeout(1000)  # until all pictures stand still
            self.page.screenshot(path=Path(FILM) / f"{self.width}-{self.pictures}.png")
            self.pictures += 1


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("width", WIDTHS if FILM else WIDTHS[:1])
def test_from_first_sight_to_a_film_in_a_dozen_clicks(page: Page, url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    opened(page, PAGE or f"{url}?effort=fast")
    newcomer = Newcomer(page, width)
    expect(page.locator("#earlier")).to_contain_text("done already")
    newcomer.sees()
    newcomer.click(page.locator("#examples button").nth(9))
    expect(page.locator("#run")).to_be_enabled()
    expect(page.locator("#crop img")).to_be_visible()
    newcomer.sees()
    newcomer.click(page.locator("#run"))
    expect(page.locator("#live img").first).to_be_visible()
    newcomer.sees(page.locator("#live img").first)
    expect(status(page)).to_contain_text("Done at step")
    newcomer.sees(page.locator("#slider"))
    if FILM and page.locator("#next").is_visible():
        newcomer.click(page.locator("#next"))
        expect(status(page)).to_contain_text("with fine-tuning")
        newcomer.sees(page.locator("#slider"))
    newcomer.click(page.locator("#send-project"))
    expect(page.locator("#edit-status")).to_contain_text("the picture follows")
    smile = page.get_by_role("slider", name="smile", exact=True)
    before = page.locator("#edit-slider img.after").get_attribute("src")
    newcomer.click(smile)
    smile.press("End")
    expect(page.locator("#edit-slider img.after")).not_to_have_attribute("src", before or "")
    newcomer.sees(page.locator("#edit-slider"))
    newcomer.click(page.get_by_role("button", name="Play it as a film"))
    page.wait_for_function("document.querySelector('#edit-film video')?.currentTime > 0.1")
    newcomer.sees(page.locator("#edit-film video"))
    assert newcomer.clicks <= 12
