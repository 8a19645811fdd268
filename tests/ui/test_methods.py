from inversion import METHODS
from models.outline import outline
from ui.methods import FAMILIES, families, served


def rows(model: str) -> dict[str, dict]:
    return {row["name"]: row for family in families(model) for row in family["rows"]}


def test_every_method_is_listed_once() -> None:
    listed = [row["name"] for family in families("avatars") for row in family["rows"]]
    assert sorted(listed) == sorted(METHODS)
    assert families("avatars")[0]["title"] == FAMILIES[0][0]


def test_a_method_says_its_summary_and_why_a_model_cannot_serve_it_before_the_download() -> None:
    G = outline("biggan-deep-128")
    free, limited = rows("ffhq-1024"), rows("biggan-deep-128")
    assert all(free[name]["summary"] == row.summary for name, row in METHODS.items())
    assert {name: row["reason"] or None for name, row in limited.items()} == {
        name: row.refuses(G) for name, row in METHODS.items()
    } | {name: limited[name]["reason"] for name, row in METHODS.items() if row.needs_encoder}
    assert "biggan-deep-128 lacks" in limited["(w+, b)"]["reason"]
    assert not any(free[name]["reason"] for name in ("z", "w", "w+", "(w+, b)"))


def test_costs_are_told_apart() -> None:
    costs = {name: row["cost"] for name, row in rows("avatars").items()}
    assert (costs["w+"], costs["cma"], costs["basincma"]) == ("quick", "patient", "slow")


def test_a_method_is_kept_where_the_model_serves_it() -> None:
    assert served("w+", "avatars") == "w+"
    assert served("(w+, b)", "biggan-deep-128") != "(w+, b)"


def test_a_method_that_begins_at_an_estimate_needs_an_encoder_of_the_model() -> None:
    assert "has no encoder" in rows("church")["encoder"]["reason"]
    assert not rows("ffhq-1024")["encoder"]["reason"]
