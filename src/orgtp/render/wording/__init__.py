"""How single things are written, everywhere the same: numbers, dates, periods, odds, people."""

__all__ = ["dates", "figures", "imported", "odds", "people", "periods", "selection", "values"]
