"""Whoever has used up an enforced quota is taken off the servers, and given back by itself."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from main_api.traffic.limits import GIGABYTE
from models.codes import Withheld
from tests.support.limited_shop import LimitedShop
from tests.support.shop import FINLAND

BYTE = 1 / GIGABYTE
NOBODY: frozenset[Withheld] = frozenset()


def test_with_the_last_byte_of_the_quota_he_is_on_no_server_and_keeps_his_time(
    limited: LimitedShop,
) -> None:
    end = limited.end()
    limited.use(60)
    limited.use(40 - BYTE, limited.germany)
    limited.look()
    assert limited.let_in == [True, True]

    limited.use(40, limited.germany)
    limited.look()

    assert limited.let_in == [False, False]
    assert limited.end() == end
    user = limited.bot.user(limited.user_id)
    assert (user.withheld, user.pending) == (Withheld.TRAFFIC, [])
    assert limited.bot.status(limited.user_id).has_active_subscription
    assert len(limited.bot.links(limited.user_id).links) == 2


def test_he_is_told_once_why_and_until_when(limited: LimitedShop) -> None:
    began = limited.record(limited.user_id).paid_at
    limited.grant(limited.user_id, "gift", days=30)
    limited.use(100)
    limited.look(90)

    (notice,) = limited.told()
    assert began
    assert notice.telegram_id == limited.record(limited.user_id).tg_id
    anew = int((began + timedelta(days=30)).timestamp() * 1000)
    assert notice.params == {"why": "traffic", "limit": 100 * GIGABYTE, "until_ms": anew}


def test_who_has_no_other_period_before_his_end_is_not_promised_one(limited: LimitedShop) -> None:
    limited.use(100)
    limited.look()

    assert limited.told()[0].params["until_ms"] == 0


def test_while_notify_service_is_away_he_is_withheld_and_told_later_once(
    limited: LimitedShop,
) -> None:
    limited.use(100)
    limited.clock.advance(seconds=60)
    limited.collecting.tick()
    limited.notify.wire.down = True
    with pytest.raises(Exception, match="cannot be reached"):
        limited.withholding.tick()
    assert limited.withheld == "traffic"
    limited.notify.wire.down, limited.notify.wire.lost = False, True
    with pytest.raises(Exception, match="cannot be reached"):
        limited.withholding.tick()
    limited.notify.wire.lost = False
    limited.begin()
    limited.look(2)

    assert len(limited.told()) == 1


def test_whoever_buys_is_let_in_at_once_and_counted_anew(limited: LimitedShop) -> None:
    limited.use(100)
    limited.look()
    end = limited.end()
    limited.buy("second")
    assert limited.let_in == [True, True], "no look was needed"
    limited.look(3)
    assert limited.let_in == [True, True], "what was used before on that day does not count"
    assert end
    assert (limited.end() or end) >= end + timedelta(days=30)
    usage = limited.bot.traffic(limited.user_id).usage
    assert (usage.period, usage.today) == (0, 100 * GIGABYTE)

    limited.use(200 - BYTE)
    limited.look()
    assert limited.let_in == [True, True]
    limited.use(200)
    limited.look()
    assert limited.let_in == [False, False]


def test_who_renews_shortly_before_the_quota_has_all_of_the_new_one(limited: LimitedShop) -> None:
    limited.use(99)
    limited.look()
    limited.buy("second")
    limited.use(101)
    limited.begin()
    limited.look()
    assert limited.withheld is None
    limited.use(150)
    limited.look()
    assert limited.withheld is None

    limited.use(202)
    limited.look()
    assert limited.withheld == "traffic"


def test_a_new_period_lets_him_in_with_what_he_used_on_its_day_not_counted(
    limited: LimitedShop,
) -> None:
    limited.grant(limited.user_id, "gift", days=60)
    limited.clock.advance(days=29, hours=23)
    limited.use(100)
    limited.look()
    assert limited.let_in == [False, False]
    limited.look(60)

    assert limited.let_in == [True, True]
    limited.use(199)
    limited.look()
    assert limited.let_in == [True, True]
    limited.use(200)
    limited.look()
    assert limited.let_in == [False, False]


def raise_it(limited: LimitedShop) -> None:
    limited.limit(traffic_gb=101)


def take_it_away(limited: LimitedShop) -> None:
    limited.limit(traffic_gb=0)


def stop_enforcing(limited: LimitedShop) -> None:
    limited.limit(enforced=NOBODY)


@pytest.mark.parametrize("word", [raise_it, take_it_away, stop_enforcing])
def test_the_operators_word_gives_him_back_at_the_next_look(
    limited: LimitedShop, word: Callable[[LimitedShop], None]
) -> None:
    limited.use(100)
    limited.look()
    assert limited.let_in == [False, False]
    word(limited)
    limited.look()

    assert limited.let_in == [True, True]
    assert limited.withheld is None
    assert len(limited.told()) == 1


def test_the_trial_and_a_tariff_without_enforcement_are_not_concerned(
    limited: LimitedShop,
) -> None:
    limited.limit("m3", traffic_gb=50)
    limited.buy("second", "m3")
    trying = limited.register(4711).user_id
    limited.bot.take_trial(trying)
    limited.finland.ledger.count(trying, limited.clock().date(), down=900 * GIGABYTE)
    limited.use(900)
    limited.look(3)

    assert limited.let_in == [True, True]
    assert limited.finland.holds(trying)
    assert limited.told() == []


def test_a_server_that_joins_is_not_given_who_is_withheld(limited: LimitedShop) -> None:
    limited.use(100)
    limited.look()
    limited.write_countries(f'{{"finland": ["{FINLAND}"], "france": ["fr.test:8443"]}}')
    limited.enlist()
    limited.heal()

    assert limited.countries["fr.test:8443"].users[f"u{limited.user_id}"].active is False


def test_who_was_banned_or_whose_access_ended_while_withheld_is_so_no_more(
    limited: LimitedShop,
) -> None:
    limited.use(100)
    limited.look()
    limited.clock.advance(days=31)
    limited.look()
    assert limited.withheld is None
    assert limited.let_in == [False, False]
    assert len(limited.told()) == 1
    limited.buy("second")

    assert limited.let_in == [True, True]
