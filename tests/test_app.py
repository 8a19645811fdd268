import urllib.request

from tests.ui.server import serving


def test_the_app_answers_on_the_port_it_is_given_and_calls_nobody_else() -> None:
    with serving(["app.py"]) as address, urllib.request.urlopen(address) as answer:
        page = answer.read().decode()
    assert "GAN Inversion Studio" in page
    assert "fonts.googleapis" not in page
    assert '"analytics_enabled":false' in page.replace(" ", "")
