from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.mounting import MOMENTS, TIMES, build


def test_the_original_is_seen_however_often_a_result_is_sent(page: Page, chromium: None) -> None:
    """Gradio lost it in one of five; why is tested beside `shown`, and fails every time."""
    page.set_default_timeout(PATIENCE)
    mounting = build().queue()
    _, url, _ = mounting.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    try:
        page.goto(url, wait_until="domcontentloaded")
        for k in range(TIMES):
            page.locator(f"#send-{k}").dispatch_event("click")
            said = f"sent {k}, {MOMENTS}."
            expect(page.locator("#edit-status")).to_have_text(said, timeout=PATIENCE)
            pair = page.locator("#edit-slider").nth(k).locator("img")
            expect(pair).to_have_count(2, timeout=PATIENCE)
            page.wait_for_timeout(50)
            kinds = [image.get_attribute("src").split(",")[0] for image in pair.all()]
            assert kinds == ["data:image/png;base64"] * 2
    finally:
        mounting.close(verbose=False)
