"""The page of one month of the record."""

from __future__ import annotations

from orgtp.web.pages.record import build_record_month_page

__all__ = ["build_record_month_page"]
