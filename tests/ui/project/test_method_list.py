from inversion import METHODS
from inversion.methods.spaces import MATRIX, SPACES, space
from models.weights.outline import outline
from ui.project.method_list import families, served


def rows(model: str) -> dict[str, dict]:
    return {row["name"]: row for family in families(model) for row in family["rows"]}


def test_every_method_is_listed_once() -> None:
    listed = [row["name"] for family in families("avatars") for row in family["rows"]]
    assert sorted(listed) == sorted(METHODS)
    for family, group in zip(families("avatars"), SPACES, strict=True):
        assert family["title"] == group.title and family["rows"], "no group is empty"
        assert all(space(METHODS[row["name"]]) is group for row in family["rows"])


def test_every_line_says_what_it_changes_what_it_is_good_for_and_what_it_costs() -> None:
    listed = rows("avatars")
    assert all(row["summary"] and row["cost"] and row["steps"] for row in listed.values())
    told = {name: row["changes"] for name, row in listed.items()}
    assert told["(w+, s, b)"] == "a style for each layer, the 4 × 4 content, noise maps"
    assert told["sphinx (P_s, b)"] == "a network that makes styles, noise maps"
    assert told["pti"] == "one style, noise maps, the weights" and told["encoder"] == "nothing"
    assert told["z"] == "one latent" and rows("species")["z"]["changes"].endswith("the class")
    assert listed["sphinx"]["steps"] == "5000 steps"


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
    assert costs["sphinx"] == "patient"


def test_a_method_is_kept_where_the_model_serves_it() -> None:
    assert served("z", "avatars", "w+") == "z"
    assert served("(w+, b)", "biggan-deep-128", "w+") == "z"


def test_a_model_of_matrices_leads_to_its_own_methods() -> None:
    first, *others = families("avatars-overparam")
    assert first["title"] == MATRIX.title and MATRIX.title not in [row["title"] for row in others]
    assert len(others) == len(families("avatars")) - 1
    for method, chosen in (("w+", "W"), ("ilo", "W"), ("W+", "W+")):
        assert served(method, "avatars-overparam", "w+") == chosen
    assert served("W", "avatars", "ilo") == "ilo"
    changed = {name: row["changes"] for name, row in rows("avatars-overparam").items()}
    assert changed["w+"] == changed["W+"] == "a matrix of styles for each layer"
    assert changed["ilo"] == "a matrix of styles for each layer, inner maps"
    assert rows("avatars")["w+"]["changes"] == "a style for each layer"


def test_a_method_that_begins_at_an_estimate_needs_an_encoder_of_the_model() -> None:
    assert "has no encoder" in rows("church")["encoder"]["reason"]
    assert not rows("ffhq-1024")["encoder"]["reason"]
