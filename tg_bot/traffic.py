"""Traffic and devices in words."""

from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from common.i18n.texts import Html, Texts
from models.traffic import Usage

GIGABYTE = 2**30  # as the customers' programs show it


def used_of_limits(t: Texts, usage: Usage) -> str:
    """What a customer's tariff limits, and how far he is; nothing where it limits nothing."""
    lines = []
    if usage.traffic_limit is not None:
        lines.append(_traffic(t, usage, usage.traffic_limit))
    if usage.device_limit is not None and usage.devices is not None:
        lines.append(_devices(t, usage.devices, usage.device_limit, over=usage.over_devices))
    return "\n".join(lines)


def _traffic(t: Texts, usage: Usage, limit: int) -> Html:
    values = {
        "used": gigabytes(t, usage.period),
        "limit": gigabytes(t, limit),
        "date": format_date(usage.period_since, "d MMMM y", locale=t.language),
    }
    if usage.over_traffic:
        return t("⚠️ Used {used} of {limit} GB since {date}", **values)
    return t("📊 Used {used} of {limit} GB since {date}", **values)


def _devices(t: Texts, devices: int, limit: int, *, over: bool) -> Html:
    if over:
        return t("⚠️ Devices: {devices} of {limit}", devices=devices, limit=limit)
    return t("📱 Devices: {devices} of {limit}", devices=devices, limit=limit)


def for_admins(t: Texts, usage: Usage) -> str:
    """All that is counted of a user, and where he is above his tariff's limits."""
    month, today = gigabytes(t, usage.month), gigabytes(t, usage.today)
    lines: list[str] = [
        t("📊 Traffic in 30 days: {month} GB · today {today} GB", month=month, today=today)
    ]
    if usage.devices is not None:
        most = usage.most_devices or usage.devices
        lines.append(
            t("📱 Devices now: {devices} (most today {most})", devices=usage.devices, most=most)
        )
    lines.append(used_of_limits(t, usage))
    return "\n".join(filter(None, lines))


def gigabytes(t: Texts, count: int) -> str:
    """As "12,3"; a whole number without decimals."""
    return format_decimal(Decimal(count) / GIGABYTE, format="#,##0.#", locale=t.language)
