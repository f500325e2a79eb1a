from cart import total


def with_tax(lines, rate=0.2):
    return total(lines) * (1 + rate)
