"""What an invoice costs."""

from receipts import money
from receipts.models import Invoice


def subtotal_cents(invoice: Invoice) -> int:
    """All items, before tax."""
    return sum(item.cents for item in invoice.items)


def tax_cents(invoice: Invoice) -> int:
    """The tax on the subtotal."""
    return money.share(subtotal_cents(invoice), invoice.tax_basis_points)


def total_cents(invoice: Invoice) -> int:
    """What the customer pays."""
    return subtotal_cents(invoice) + tax_cents(invoice)
