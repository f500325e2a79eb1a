"""What an invoice costs."""

from dataclasses import dataclass

from receipts import money
from receipts.models import Invoice


@dataclass(frozen=True)
class Tier:
    """One step of the volume discount."""

    threshold: float
    rate: float

    def applies_to(self, amount: float) -> bool:
        return amount >= self.threshold

    def discount_on(self, amount: float) -> float:
        return round(amount * self.rate, 2)


# Best first: the first tier that a subtotal reaches is the one that counts.
TIERS = (
    Tier(threshold=500.00, rate=0.10),
    Tier(threshold=100.00, rate=0.05),
)


def to_amount(cents: int) -> float:
    """Cents as an amount that is easier to calculate with."""
    return cents / 100


def to_cents(amount: float) -> int:
    """Back to cents, for the rest of the project."""
    return int(amount * 100)


def subtotal_cents(invoice: Invoice) -> int:
    """All items, before tax."""
    return sum(item.cents for item in invoice.items)


def discount_cents(invoice: Invoice) -> int:
    """What the volume discount takes off the subtotal."""
    amount = to_amount(subtotal_cents(invoice))
    for tier in TIERS:
        if tier.applies_to(amount):
            return to_cents(tier.discount_on(amount))
    return 0


def net_cents(invoice: Invoice) -> int:
    """The subtotal, less the discount."""
    return subtotal_cents(invoice) - discount_cents(invoice)


def tax_cents(invoice: Invoice) -> int:
    """The tax on what is left after the discount."""
    return money.share(net_cents(invoice), invoice.tax_basis_points)


def total_cents(invoice: Invoice) -> int:
    """What the customer pays."""
    return net_cents(invoice) + tax_cents(invoice)
