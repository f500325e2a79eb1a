from cart import total


def with_tax(lines, rate):
    return total(lines) * (1 + rate)
