"""A shopping cart."""

from dataclasses import dataclass


@dataclass
class Line:
    name: str
    price: float
    count: int = 1


def total(lines):
    result = 0.0
    for line in lines:
        result += line.price * line.count
    return result


def describe(line):
    return f"{line.count} x {line.name}"
