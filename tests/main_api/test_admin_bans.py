"""Revocation, bans, new links, and notes of what the bot did itself."""

from datetime import timedelta

import pytest

from common.errors import Conflict, NotFound
from models.admin import Act, Noted
from models.codes import Code
from models.payments import CreatePaymentRequest
from tests.support.admin_acts import ADMIN, add, audit_of, ban, the_line
from tests.support.shop import FINLAND, Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register().user_id


def test_revoking_ends_access_now(shop: Shop, user_id: int) -> None:
    add(shop, user_id, "add", days=30)
    shop.clock.advance(days=1)
    done = shop.bot.revoke(user_id, Act(admin_id=ADMIN, key="end"))

    assert done.before == shop.clock.now + timedelta(days=29)
    assert done.after == shop.clock.now
    assert shop.finland.holds(user_id) is shop.germany.holds(user_id) is None
    line, _ = audit_of(shop, user_id)
    assert (line.action, line.done) == ("revoke", True)
    assert line.after == {"expires_at": shop.clock.now.isoformat()}


def test_a_ban_takes_off_every_server_and_keeps_the_end_of_access(shop: Shop, user_id: int) -> None:
    end = add(shop, user_id, days=30).after
    done = ban(shop, user_id, banned=True, key="ban")

    assert done.user.banned
    assert done.before == done.after == end
    assert shop.finland.holds(user_id) is shop.germany.holds(user_id) is None
    line = the_line(shop, user_id, "ban")
    assert (line.before, line.after) == ({"banned": False}, {"banned": True})

    done = ban(shop, user_id, banned=False, key="unban")
    assert (done.user.banned, done.after) == (False, end)
    held = shop.finland.holds(user_id)
    assert held is not None
    assert held.expires_at == end


def test_a_banned_user_is_off_a_server_that_was_down_once_it_returns(
    shop: Shop, user_id: int
) -> None:
    add(shop, user_id, days=30)
    shop.finland.wire.down = True
    assert ban(shop, user_id, banned=True, key="ban").user.pending == [FINLAND]
    assert shop.finland.holds(user_id) is not None

    shop.finland.wire.down = False
    shop.rested()
    shop.heal()
    assert shop.finland.holds(user_id) is None


def test_an_old_press_of_ban_does_not_ban_again_after_an_unban(shop: Shop, user_id: int) -> None:
    ban(shop, user_id, banned=True, key="ban")
    ban(shop, user_id, banned=False, key="unban")

    assert ban(shop, user_id, banned=True, key="ban").repeated
    assert shop.bot.user(user_id).banned is False


def test_a_banned_user_finds_every_door_closed(shop: Shop, user_id: int) -> None:
    add(shop, user_id, days=30)
    page = f"/sub/{shop.record(user_id).sub_token}"
    ban(shop, user_id, banned=True, key="ban")

    wish = CreatePaymentRequest(user_id=user_id, tariff_id="m1")
    for attempt in (
        lambda: shop.bot.take_trial(user_id),
        lambda: shop.bot.links(user_id),
        lambda: shop.bot.replace_links(user_id),
        lambda: shop.bot.create_payment(wish),
    ):
        with pytest.raises(Exception, match="banned") as caught:
            attempt()
        assert getattr(caught.value, "code", "") == Code.USER_BANNED
    assert "vless://" not in shop.public.get(page).get_data(as_text=True)


def test_a_new_link_closes_the_old_one_and_changes_the_ids_in_the_cores(
    shop: Shop, user_id: int
) -> None:
    add(shop, user_id, days=30)
    old, held = shop.record(user_id), shop.finland.holds(user_id)
    done = shop.bot.new_link(user_id, Act(admin_id=ADMIN, key="link"))
    new, now_held = shop.record(user_id), shop.finland.holds(user_id)

    assert done.before == done.after == old.expires_at
    assert shop.public.get(f"/sub/{old.sub_token}").status_code == 404
    assert shop.public.get(f"/sub/{new.sub_token}").status_code == 200
    assert held is not None
    assert now_held is not None
    assert held.core_id != now_held.core_id
    again = shop.bot.new_link(user_id, Act(admin_id=ADMIN, key="link"))
    assert again.repeated
    assert shop.record(user_id).sub_token == new.sub_token
    line = the_line(shop, user_id, "new_link")
    assert (line.before, line.after, line.done) == ({}, {}, True)


def test_what_the_bot_did_itself_is_noted_once(shop: Shop, user_id: int) -> None:
    act = Noted(admin_id=ADMIN, key="m", action="message", details={"kind": "text", "parts": 2})

    assert shop.bot.note(user_id, act).repeated is False
    assert shop.bot.note(user_id, act).repeated is True
    (line,) = audit_of(shop, user_id)
    assert (line.action, line.admin_id, line.done) == ("message", ADMIN, True)
    assert line.after == {"kind": "text", "parts": 2}
    with pytest.raises(Conflict):
        shop.bot.note(user_id, act.model_copy(update={"details": {"kind": "photo"}}))


def test_an_act_on_nobody_in_particular_is_noted_once(shop: Shop) -> None:
    act = Noted(admin_id=ADMIN, key="b", action="broadcast", details={"audience": "all"})
    for _ in range(2):
        shop.bot.note_broadcast(act)

    (line,) = shop.deps.db["audit"].find({"user_id": 0})
    assert (line["action"], line["admin_id"], line["done"]) == ("broadcast", ADMIN, True)


def test_an_act_on_a_user_who_does_not_exist_is_not_found_and_leaves_no_line(shop: Shop) -> None:
    for attempt in (
        lambda: add(shop, 99, days=1),
        lambda: ban(shop, 99, banned=True, key="b"),
        lambda: shop.bot.note(99, Noted(admin_id=ADMIN, key="n", action="message")),
        lambda: shop.bot.audit_of(99),
        lambda: shop.bot.card(99),
        lambda: shop.bot.payments_of(99),
    ):
        with pytest.raises(NotFound) as caught:
            attempt()
        assert caught.value.code == Code.NO_SUCH_USER
    assert shop.deps.db["audit"].count_documents({}) == 0
