"""What an admin does to a user: once, written down before, noted as done after."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from common.errors import Conflict, Invalid, NotFound
from models.admin import Act, ActDone, AddTime, AuditLine, Ban, Noted
from models.codes import Code
from models.payments import CreatePaymentRequest
from tests.support.shop import FINLAND, Shop

ADMIN = 777


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register().user_id


def add(shop: Shop, user_id: int, key: str = "press", **time: int) -> ActDone:
    return shop.bot.add_time(user_id, AddTime(admin_id=ADMIN, key=key, **time))


def ban(shop: Shop, user_id: int, *, banned: bool, key: str) -> ActDone:
    return shop.bot.ban(user_id, Ban(admin_id=ADMIN, key=key, banned=banned))


def audit_of(shop: Shop, user_id: int) -> list[AuditLine]:
    return shop.bot.audit_of(user_id).lines


def the_line(shop: Shop, user_id: int, action: str) -> AuditLine:
    (line,) = [line for line in audit_of(shop, user_id) if line.action == action]
    return line


def test_time_is_added_told_to_every_server_and_written_down(shop: Shop, user_id: int) -> None:
    done = add(shop, user_id, months=1, days=3)

    end = datetime.fromisoformat("2026-12-24T12:00:00+00:00")
    assert (done.before, done.after, done.repeated) == (None, end, False)
    assert done.user == shop.bot.user(user_id)
    assert done.user.pending == []
    held = shop.finland.holds(user_id)
    assert held is not None
    assert held.expires_at == end
    (line,) = audit_of(shop, user_id)
    assert line == AuditLine(
        at=shop.clock.now,
        action="add_time",
        caller="tg_bot",
        admin_id=ADMIN,
        before={"expires_at": None},
        after={"months": 1, "days": 3, "expires_at": "2026-12-24T12:00:00+00:00"},
        done=True,
    )


def test_the_same_press_again_does_nothing_and_says_so(shop: Shop, user_id: int) -> None:
    first = add(shop, user_id, days=3)
    shop.clock.advance(hours=1)
    again = add(shop, user_id, days=3)

    assert (again.repeated, again.before, again.after) == (True, None, first.after)
    assert shop.record(user_id).revision == first.user.revision
    assert len(audit_of(shop, user_id)) == 1


def test_sixteen_presses_of_one_button_at_once_add_once(shop: Shop, user_id: int) -> None:
    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(lambda _: add(shop, user_id, days=3), range(16)))

    assert [it.repeated for it in done].count(False) == 1
    assert {it.after for it in done} == {shop.clock.now + timedelta(days=3)}
    (line,) = audit_of(shop, user_id)
    assert line.done


def test_sixteen_presses_of_sixteen_buttons_all_count_each_with_its_own_before_and_after(
    shop: Shop, user_id: int
) -> None:
    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(lambda n: add(shop, user_id, f"press-{n}", days=1), range(16)))

    ends = sorted(it.after for it in done if it.after)
    assert ends == [shop.clock.now + timedelta(days=n + 1) for n in range(16)]
    lines = audit_of(shop, user_id)
    assert all(line.done for line in lines)
    steps = {(line.before["expires_at"], line.after["expires_at"]) for line in lines}
    texts = [None, *(end.isoformat() for end in ends)]
    assert steps == set(pairwise(texts))


def test_time_taken_back_ends_now_at_the_earliest(shop: Shop, user_id: int) -> None:
    add(shop, user_id, days=10)
    done = add(shop, user_id, "back", days=-3)
    assert done.after == shop.clock.now + timedelta(days=7)

    done = add(shop, user_id, "all", months=-12)
    assert done.after == shop.clock.now
    assert shop.finland.holds(user_id) is None


def test_over_the_maximum_is_refused_with_it_and_stands_in_the_audit_as_not_done(
    shop: Shop, user_id: int
) -> None:
    with pytest.raises(Invalid) as caught:
        add(shop, user_id, months=120)

    assert caught.value.code == Code.ACCESS_TOO_LONG
    assert caught.value.details == {"max_days": 1100}
    assert shop.bot.user(user_id).expires_at is None
    (line,) = audit_of(shop, user_id)
    assert (line.done, line.before, line.after) == (
        False,
        {"expires_at": None},
        {"months": 120, "days": 0},
    )


def test_what_was_refused_can_be_asked_for_again_when_it_fits(shop: Shop, user_id: int) -> None:
    add(shop, user_id, "first", days=1000)
    with pytest.raises(Invalid):
        add(shop, user_id, "second", days=200)
    shop.clock.advance(days=200)

    assert add(shop, user_id, "second", days=200).repeated is False
    assert [line.done for line in audit_of(shop, user_id)] == [True, True]


def test_a_press_has_a_key_that_no_order_can_have(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "press", days=1)
    assert add(shop, user_id, "press", days=1).repeated is False
    shop.grant(user_id, "other", days=1)

    assert shop.record(user_id).added == {"press": 86400, "admin:press": 86400, "other": 86400}
    with pytest.raises(Invalid):
        shop.operator.post(
            f"/api/v1/admin/users/{user_id}/time",
            {"admin_id": ADMIN, "key": "admin:press", "days": 1},
            ActDone,
        )


def test_a_key_belongs_to_one_act_and_to_one_user(shop: Shop, user_id: int) -> None:
    add(shop, user_id, days=1)
    with pytest.raises(Conflict) as caught:
        add(shop, user_id, days=2)
    assert caught.value.code == "key_in_use"
    with pytest.raises(Conflict):
        shop.bot.revoke(user_id, Act(admin_id=ADMIN, key="press"))

    other = shop.register(2).user_id
    assert add(shop, other, days=2).repeated is False


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


def test_the_maximum_is_of_all_access_whoever_gave_it(shop: Shop, user_id: int) -> None:
    shop.bot.take_trial(user_id)
    with pytest.raises(Invalid):
        add(shop, user_id, days=1098)
    assert add(shop, user_id, "less", days=1097).after == shop.clock.now + timedelta(days=1100)
