from cart import total


def with_tax(lines, rate=0.25):
    return total(lines) * (1 + rate)
