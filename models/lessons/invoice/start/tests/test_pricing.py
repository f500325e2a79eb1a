import unittest

from receipts import pricing, receipt
from receipts.models import Invoice, Item


def invoice(*unit_cents: int) -> Invoice:
    items = tuple(Item(f"item {n}", cents) for n, cents in enumerate(unit_cents, 1))
    return Invoice("Ada", items)


class Totals(unittest.TestCase):
    def test_empty_invoice_costs_nothing(self) -> None:
        self.assertEqual(pricing.total_cents(invoice()), 0)

    def test_tax_is_rounded_half_up(self) -> None:
        self.assertEqual(pricing.tax_cents(invoice(50)), 10)

    def test_total_is_subtotal_and_tax(self) -> None:
        self.assertEqual(pricing.total_cents(invoice(1_000, 995)), 2_374)


class Printed(unittest.TestCase):
    def test_rows_end_at_the_same_column(self) -> None:
        rows = receipt.render(invoice(1_000, 123_456)).splitlines()[2:]
        self.assertEqual({len(row) for row in rows}, {receipt.WIDTH})


if __name__ == "__main__":
    unittest.main()
