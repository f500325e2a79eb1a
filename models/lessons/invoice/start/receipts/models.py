"""What was sold, and to whom."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Item:
    """One line of an invoice."""

    name: str
    unit_cents: int
    quantity: int = 1

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError("an item is sold at least once")

    @property
    def cents(self) -> int:
        return self.unit_cents * self.quantity


@dataclass(frozen=True)
class Invoice:
    """A sale with one tax rate."""

    customer: str
    items: tuple[Item, ...] = field(default=())
    tax_basis_points: int = 1_900
