import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from studio.messages import Job, Progress
from tests.ui.doubles import studio
from ui.components import html
from ui.components.loss_chart import History


def frame(seeds: int = 4, step: int = 5, observed: list[float] | None = None) -> Progress:
    observed = observed or [1.0 + i for i in range(seeds)]
    return Progress(
        step=step,
        steps=10,
        seconds_left=3.0,
        done=0.5,
        seeds=tuple(range(seeds)),
        terms={"mse": [0.5] * seeds},
        observed=observed,
        trail=[observed] * step,
        preview=np.zeros((seeds, 8, 8, 3), np.uint8),
    )


class Balanced(HTMLParser):
    """Fails when a tag is closed that is not the innermost open one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        if tag not in {"img", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_text_from_outside_is_never_markup() -> None:
    text = html.status("error", "<img src=x onerror=alert(1)>", "<b>detail</b>")
    assert "<img" not in text and "<b>" not in text
    assert "&lt;img" in text


@pytest.mark.parametrize("seeds", [1, 2, 4, 5, 6, 7, 18])
def test_the_live_view_shows_target_and_every_seed(seeds: int) -> None:
    text = html.live(np.zeros((8, 8, 3), np.uint8), frame(seeds), History())
    Balanced(text)
    assert text.count("<img") == 1 + seeds
    rows, columns = (int(n) for n in re.findall(r"--(?:rows|columns):(\d+)", text))
    assert rows * columns >= seeds > (rows - 1) * columns


def test_the_live_view_marks_the_best_seed_even_beside_a_lost_one() -> None:
    text = html.live(np.zeros((8, 8, 3), np.uint8), frame(3, 2, [math.nan, 2.0, 1.0]), History())
    best = re.findall(r'class="tile best".*?<figcaption><span>(.*?)</span>', text)
    assert best == ["seed 2"]
    assert "loss of seed 2" in text


def test_the_curve_has_a_line_a_seed_and_survives_what_is_no_number() -> None:
    history = History()
    assert "<svg" not in history.chart()
    history.add(frame(2, 3, [10.0, math.nan]))
    history.add(frame(2, 3, [1.0, math.inf]))
    text = history.chart()
    Balanced(text)
    assert text.count("<polyline") == 2
    best = re.search(r'class="best" points="(.*?)"', text)
    assert best is not None
    points = [tuple(map(float, point.split(","))) for point in best[1].split()]
    assert [x for x, _ in points] == [100 * i for i in range(1, 7)]
    assert points[0][1] < points[-1][1], "a lower loss must be drawn lower"
    assert "nan" not in text and "inf" not in text


def test_a_long_run_is_drawn_with_few_points() -> None:
    history = History()
    history.add(frame(1, 5000))
    points = re.search(r'points="(.*?)"', history.chart())
    assert points is not None and len(points[1].split()) <= 252


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "under 1 s"), (12.3, "13 s"), (300, "5 min"), (math.inf, "a moment")],
)
def test_durations(seconds: float, words: str) -> None:
    assert html.duration(seconds) == words


def test_metrics_have_a_row_a_seed_under_their_own_names() -> None:
    picture, quick = np.zeros((64, 64, 3), np.uint8), {"adam.steps": 2}
    job = Job(picture, "avatars", "w+", seeds=3, seed=0, settings=quick)
    *_, last = studio().frames(job)
    text = html.metrics(last.outcome, 1)
    Balanced(text)
    assert "pooled pixels" in text and "LPIPS" not in text
    assert text.count("<tr") == 1 + 3
    chosen = re.search(r'<tr class=chosen><th scope="row">(\d+)', text)
    assert chosen is not None and int(chosen[1]) == last.outcome.result.seeds[1]
