from copy import deepcopy

from studio.session import Session


def test_visitors_share_nothing_and_leave_nothing() -> None:
    template = Session()
    one, other = deepcopy(template), deepcopy(template)
    one.settings["w+"] = {"adam.lr": 0.2}
    assert other.settings == {}
    assert one.folder != other.folder
    assert one.folder == one.folder
    (one.fresh_folder("answer") / "picture.png").touch()
    assert list(one.fresh_folder("answer").iterdir()) == []
    folder = one.folder
    one.close()
    assert not folder.exists()
    assert other.folder.is_dir()
    other.close()
    Session().close()
