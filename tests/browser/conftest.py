"""Chromium as Debian has it; without it tests are skipped, or fail with REQUIRE_BROWSER=1."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

CHROMIUM = shutil.which("chromium")
PATIENCE = 90_000  # ms; on a quiet machine each wait takes a second or two


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session", autouse=True)
def chromium() -> None:
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but there is no chromium; apt-get install chromium")
        pytest.skip("there is no chromium; apt-get install chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: None) -> dict:
    flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    return {"executable_path": CHROMIUM, "args": flags}


@pytest.fixture
def studio_page(page: Page, url: str) -> Page:
    """The page, loaded; every wait is for a text."""
    return opened(page, url)


def opened(page: Page, url: str) -> Page:
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.goto(url, wait_until="domcontentloaded")
    page.get_by_text("Choose a picture to begin.").wait_for()
    page.wait_for_function("studioAddress.open")
    return page
