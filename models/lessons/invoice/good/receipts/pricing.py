"""What an invoice costs."""

from dataclasses import dataclass

from receipts import money
from receipts.models import Invoice


@dataclass(frozen=True)
class Tier:
    """One step of the volume discount."""

    from_cents: int
    basis_points: int


# Best first: the first tier that a subtotal reaches is the one that counts.
TIERS = (
    Tier(from_cents=50_000, basis_points=1_000),
    Tier(from_cents=10_000, basis_points=500),
)


def subtotal_cents(invoice: Invoice) -> int:
    """All items, before tax."""
    return sum(item.cents for item in invoice.items)


def discount_cents(invoice: Invoice) -> int:
    """What the volume discount takes off the subtotal."""
    before_cents = subtotal_cents(invoice)
    for tier in TIERS:
        if before_cents >= tier.from_cents:
            return money.share(before_cents, tier.basis_points)
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
