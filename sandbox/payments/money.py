"""Sums as the providers write them ("199.00") and as the doubles keep them (kopecks)."""

import re

_SUM = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?")


def parse_sum(text: str) -> int:
    """Kopecks of "199", "199.5" or "199,50"; raises ValueError for anything else and for zero."""
    match = _SUM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"not a sum: {text!r}")
    kopecks = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
    if kopecks == 0:
        raise ValueError("a sum of zero")
    return kopecks


def sum_text(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02d}"
