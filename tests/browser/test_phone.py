"""The page on a telephone: nothing is wider than it, whatever a tab shows."""

from playwright.sync_api import expect

from tests.browser import test_restore as restore
from tests.browser.conftest import opened
from tests.browser.test_edit import shown
from tests.browser.test_project import PHOTOS, start, status, upload, width_fits


def test_every_tab_fits_a_phone(browser, playwright, url: str) -> None:
    context = browser.new_context(**playwright.devices["Pixel 7"])
    page = opened(context.new_page(), url)
    page.get_by_role("tab", name="About").click()
    expect(page.get_by_role("heading", name="Licences")).to_be_visible()
    assert width_fits(page)
    page.get_by_role("tab", name="Edit").click()
    expect(page.locator("#edit-empty")).to_contain_text("Nothing to edit yet")
    assert width_fits(page)

    page.get_by_role("tab", name="Project").click()
    expect(page.locator("#run")).to_be_in_viewport()
    start(page, "Fast")
    assert width_fits(page)
    expect(status(page)).to_contain_text("Done at step")
    expect(page.locator("#slider img").last).to_be_visible()
    assert width_fits(page)

    page.locator("#send-project").click()
    expect(page.locator("#edit-status")).to_contain_text("the picture follows")
    expect(shown(page)).to_be_visible()
    assert width_fits(page)

    page.get_by_role("tab", name="Project").click()
    upload(page, PHOTOS / "chelsea.jpg")
    expect(page.locator("#earlier")).to_contain_text("belongs to the earlier picture")
    assert width_fits(page)

    restore.to_restore(page)
    restore.upload(page, "astronaut.jpg")
    expect(restore.seen(page, "#degraded img")).to_have_count(1)
    assert width_fits(page)
    restore.seen(page, "#run").click()
    expect(restore.status(page)).to_contain_text("Done at step")
    expect(restore.seen(page, "#quartet figure")).to_have_count(5)
    assert width_fits(page)
    context.close()
