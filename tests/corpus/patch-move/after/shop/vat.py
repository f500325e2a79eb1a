from cart import total


def with_vat(lines, rate):
    return total(lines) * (1 + rate)
