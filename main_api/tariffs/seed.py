"""The catalogue a new shop begins with; what the operator has changed is never overwritten."""

from typing import Any, Final

from common.storage.protocol import Document


def _tariff(
    tariff_id: str, slug: str, order: int, *, months: int, days: int, kopecks: int, **texts: Any
) -> Document:
    return {
        "_id": tariff_id,
        "slug": slug,
        "months": months,
        "duration_days": days,
        "price_kopecks": kopecks,
        "currency": "RUB",
        "device_limit": None,
        "traffic_gb": None,
        "is_active": True,
        "display_order": order,
        **texts,
    }


SEED: Final[list[Document]] = [
    _tariff(
        "m1", "monthly_pro", 1, months=1, days=30, kopecks=199_00,
        name={"ru": "1 месяц", "en": "1 month"},
        description={
            "ru": "Любая страна, без ограничения трафика. Попробовать без долгих обязательств.",
            "en": "All countries, unlimited traffic. To try without a long commitment.",
        },
    ),
    _tariff(
        "m3", "quarterly_pro", 2, months=3, days=90, kopecks=549_00,
        name={"ru": "3 месяца", "en": "3 months"},
        description={
            "ru": "Любая страна, без ограничения трафика. Выгоднее помесячной оплаты.",
            "en": "All countries, unlimited traffic. Cheaper than month by month.",
        },
    ),
    _tariff(
        "m6", "halfyear_pro", 3, months=6, days=180, kopecks=999_00,
        name={"ru": "6 месяцев", "en": "6 months"},
        description={
            "ru": "Любая страна, без ограничения трафика. Полгода без забот.",
            "en": "All countries, unlimited traffic. Half a year without a care.",
        },
    ),
    _tariff(
        "m12", "yearly_pro", 4, months=12, days=365, kopecks=1_799_00,
        name={"ru": "12 месяцев", "en": "12 months"},
        description={
            "ru": "Любая страна, без ограничения трафика. Самая низкая цена за месяц.",
            "en": "All countries, unlimited traffic. The lowest price a month.",
        },
    ),
]  # fmt: skip
