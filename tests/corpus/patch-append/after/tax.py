from cart import total


def with_tax(lines, rate):
    return total(lines) * (1 + rate)


def without_tax(gross, rate):
    return gross / (1 + rate)
