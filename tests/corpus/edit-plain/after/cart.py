"""A shopping cart."""

from dataclasses import dataclass


@dataclass
class Line:
    name: str
    price: float
    count: int = 1


def total(lines):
    return sum(line.price * line.count for line in lines)


def describe(line):
    return f"{line.count} x {line.name}"
