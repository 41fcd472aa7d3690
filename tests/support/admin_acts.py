"""An admin's acts on a user of a shop, and what the audit tells of them."""

from models.admin import ActDone, AddTime, AuditLine, Ban
from tests.support.shop import Shop

ADMIN = 777


def add(shop: Shop, user_id: int, key: str = "press", **time: int) -> ActDone:
    return shop.bot.add_time(user_id, AddTime(admin_id=ADMIN, key=key, **time))


def ban(shop: Shop, user_id: int, *, banned: bool, key: str) -> ActDone:
    return shop.bot.ban(user_id, Ban(admin_id=ADMIN, key=key, banned=banned))


def audit_of(shop: Shop, user_id: int) -> list[AuditLine]:
    return shop.bot.audit_of(user_id).lines


def the_line(shop: Shop, user_id: int, action: str) -> AuditLine:
    (line,) = [line for line in audit_of(shop, user_id) if line.action == action]
    return line
