from cart import Line, total


def test_total():
    assert total([Line("tea", 2.5, 2)]) == 5.0
