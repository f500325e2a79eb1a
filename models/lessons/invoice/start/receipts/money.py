"""Money as whole cents: the only place that parses, rounds or formats amounts."""

BASIS_POINTS = 10_000


def parse(text: str) -> int:
    """Reads "1234.50" as cents.

    >>> parse("1234.5")
    123450
    """
    whole, _, fraction = text.strip().partition(".")
    if not whole.isdigit() or len(fraction) > 2 or (fraction and not fraction.isdigit()):
        raise ValueError(f"not an amount: {text!r}")
    return int(whole) * 100 + int(fraction.ljust(2, "0"))


def show(cents: int) -> str:
    """Writes cents with a thousands separator.

    >>> show(-123450)
    '-1,234.50'
    """
    sign = "-" if cents < 0 else ""
    whole, fraction = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{fraction:02}"


def share(cents: int, basis_points: int) -> int:
    """A share of an amount, rounded half up.

    >>> share(1_995, 1_000)
    200
    """
    return (cents * basis_points + BASIS_POINTS // 2) // BASIS_POINTS
