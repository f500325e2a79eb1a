"""A shopping cart."""

from dataclasses import dataclass


@dataclass
class Line:
    name: str
    cents: int
    count: int = 1


def total(lines):
    result = 0.0
    for line in lines:
        result += line.price * line.count
    return result


def label(line):
    return f"{line.count} x {line.name}"
