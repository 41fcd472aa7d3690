"""The collections of the database `main` by name, and the indexes that each must have."""

from typing import Final

from common.storage.protocol import ASCENDING

USERS: Final = "users"
COUNTERS: Final = "counters"
SERVERS: Final = "servers"
AUDIT: Final = "audit"
ORDERS: Final = "orders"
PAYMENT_FACTS: Final = "payment_facts"
TARIFFS: Final = "tariffs"
DEPARTED: Final = "departed"
SECRETS: Final = "secrets"
REFERRALS: Final = "referrals"
REFERRAL_CODES: Final = "referral_codes"
WATCHING: Final = "watching"
ALARMS: Final = "alarms"
TRAFFIC: Final = "traffic"
TRAFFIC_CURSORS: Final = "traffic_cursors"
TRAFFIC_SUMS: Final = "traffic_sums"

Index = tuple[list[tuple[str, int]], bool]


def _plain(*fields: str) -> Index:
    return [(field, ASCENDING) for field in fields], False


def _unique(field: str) -> Index:
    return [(field, ASCENDING)], True


INDEXES: Final[dict[str, list[Index]]] = {
    USERS: [
        _unique("tg_id"),
        _unique("sub_token"),
        _plain("username_lower"),
        _plain("pending", "_id"),
        _plain("notice_pending"),
        _plain("connected_at", "expires_at"),
        _plain("changed_at"),
        _plain("withheld"),
    ],
    AUDIT: [_plain("user_id", "at"), _plain("at")],
    DEPARTED: [_plain("departed_at")],
    ORDERS: [_plain("user_id", "created_at"), _plain("status"), _unique("request")],
    PAYMENT_FACTS: [
        _plain("order_id"),
        _plain("payment_external_id"),
        _plain("outcome"),
        _plain("told"),
        _plain("occurred_at"),
    ],
    REFERRALS: [_plain("inviter_id", "changed_at"), _plain("state")],
    REFERRAL_CODES: [_unique("user_id")],
    ALARMS: [_plain("server", "number"), _plain("until"), _plain("untold")],
    TRAFFIC: [_plain("chunk", "day"), _plain("day")],
}
