"""Time that an admin adds or takes: once, written down before, noted as done after."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from common.errors import Conflict, Invalid
from models.admin import Act, ActDone, AddTime, AuditLine
from models.codes import Code
from tests.support.admin_acts import ADMIN, add, audit_of
from tests.support.shop import FINLAND, Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register().user_id


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


def test_two_admins_at_the_same_card_at_once_add_once(shop: Shop, user_id: int) -> None:
    add(shop, user_id, "before", days=3)
    seen = shop.bot.card(user_id).user.revision

    def press(admin: int) -> str:
        act = AddTime(admin_id=admin, key=f"of-{admin}", months=1, seen_revision=seen)
        try:
            shop.bot.add_time(user_id, act)
        except Conflict as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(press, range(701, 709)))

    assert sorted(told) == [Code.CARD_STALE] * 7 + ["done"]
    assert shop.record(user_id).expires_at == shop.clock.now + timedelta(days=33)
    assert press(701 + told.index("done")) == "done"  # the same press again is no other one
    assert [line.done for line in audit_of(shop, user_id)].count(True) == 2


def test_a_card_is_not_stale_because_a_server_was_told_the_same_again(
    shop: Shop, user_id: int
) -> None:
    add(shop, user_id, "before", days=3)
    seen = shop.bot.card(user_id).user.revision
    shop.deps.vpn.pending.tell_again(FINLAND, [user_id])
    assert shop.record(user_id).revision > seen

    act = AddTime(admin_id=ADMIN, key="press", days=3, seen_revision=seen)

    assert shop.bot.add_time(user_id, act).after == shop.clock.now + timedelta(days=6)


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
        {"months": 120, "days": 0, "expires_at": None},
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


def test_the_maximum_is_of_all_access_whoever_gave_it(shop: Shop, user_id: int) -> None:
    shop.bot.take_trial(user_id)
    with pytest.raises(Invalid):
        add(shop, user_id, days=1098)
    assert add(shop, user_id, "less", days=1097).after == shop.clock.now + timedelta(days=1100)
