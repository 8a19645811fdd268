from docs import advice


def test_the_page_of_methods_is_what_was_measured():
    assert advice.PAGE.read_text() == advice.page(), "write it again: python -m docs.advice"
