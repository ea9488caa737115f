"""Dates and times of Japanese text: every written form, resolved against what they are told from."""

from keii.dates.document import context_date, dates, post_instant
from keii.dates.find import find_dates

__all__ = ["context_date", "dates", "find_dates", "post_instant"]
