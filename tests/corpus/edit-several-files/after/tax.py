from cart import total


def with_tax(lines, rate):
    return round(total(lines) * (1 + rate))
