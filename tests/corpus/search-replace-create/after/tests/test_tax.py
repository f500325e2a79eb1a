from tax import with_tax


def test_nothing():
    assert with_tax([], 0.2) == 0
