"""The page of the org chart."""

from __future__ import annotations

from orgtp.web.pages.page import Page, PageRequest


def build_chart_page(request: PageRequest) -> Page:
    """The org chart, with everyone in it."""
    return Page("chart", "Chart", {"chart": request.org.chart()}, is_wide=True, main_class="chartpage")
