from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.mounting import TIMES
from tests.ui.server import serving


def test_the_original_is_seen_however_often_a_result_is_sent(page: Page, chromium: None) -> None:
    """Gradio lost it in one of five."""
    page.set_default_timeout(PATIENCE)
    with serving(("-m", "tests.browser.mounting"), GRADIO_ANALYTICS_ENABLED="False") as url:
        page.goto(url, wait_until="domcontentloaded")
        for k in range(TIMES):
            page.locator(f"#send-{k}").dispatch_event("click")
            expect(page.locator("#edit-status")).to_have_text(f"sent {k}.", timeout=PATIENCE)
            pair = page.locator("#edit-slider").nth(k).locator("img")
            expect(pair).to_have_count(2, timeout=PATIENCE)
            page.wait_for_timeout(50)
            kinds = [image.get_attribute("src").split(",")[0] for image in pair.all()]
            assert kinds == ["data:image/png;base64"] * 2
