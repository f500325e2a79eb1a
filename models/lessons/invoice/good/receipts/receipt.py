"""Prints an invoice as a plain text receipt."""

from receipts import money, pricing
from receipts.models import Invoice

WIDTH = 40


def render(invoice: Invoice) -> str:
    """The receipt, one string with a trailing newline."""
    rule = "-" * WIDTH
    lines = [f"Receipt for {invoice.customer}", rule]
    for item in invoice.items:
        lines.append(_row(f"{item.quantity} x {item.name}", item.cents))
    lines.append(rule)
    lines.append(_row("Subtotal", pricing.subtotal_cents(invoice)))
    if discount_cents := pricing.discount_cents(invoice):
        lines.append(_row("Discount", -discount_cents))
    lines.append(_row("Tax", pricing.tax_cents(invoice)))
    lines.append(_row("Total", pricing.total_cents(invoice)))
    return "\n".join(lines) + "\n"


def _row(label: str, cents: int) -> str:
    amount = money.show(cents)
    return f"{label[: WIDTH - len(amount) - 1]:<{WIDTH - len(amount)}}{amount}"
