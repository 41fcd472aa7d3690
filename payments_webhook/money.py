"""Sums as providers write them, and as we count them: whole kopecks."""

from decimal import ROUND_CEILING, ROUND_DOWN, Decimal

MOST_KOPECKS = 10**12


def kopecks(text: object) -> int | None:
    """Of "199.00"; None for what is no sum. Parts of a kopeck are dropped."""
    try:
        value = (Decimal(str(text)) * 100).to_integral_value(ROUND_DOWN)
    except ArithmeticError:  # no number, or one beyond all bounds
        return None
    return int(value) if value.is_finite() and 0 <= value <= MOST_KOPECKS else None


def roubles(amount_kopecks: int) -> str:
    return f"{amount_kopecks // 100}.{amount_kopecks % 100:02d}"


def wallet_net(price: int) -> int:
    """What reaches the wallet of a price sent from another wallet, rounded down."""
    return int((Decimal(price) / Decimal("1.01")).to_integral_value(ROUND_DOWN))


def card_net(price: int) -> int:
    """What reaches the wallet of a price paid by card."""
    return int((Decimal(price) * Decimal("0.97")).to_integral_value(ROUND_DOWN))


def consistent_with(net: int, price: int) -> bool:
    """Whether a net sum tells that the whole price was paid, by wallet or by card.

    Without knowing the way: it is the card's net to a kopeck (rounding), or at least the wallet's.
    """
    most_by_card = int((Decimal(price) * Decimal("0.97")).to_integral_value(ROUND_CEILING))
    return card_net(price) - 1 <= net <= most_by_card + 1 or net >= wallet_net(price) - 1
