"""Agreement, the watch, presence, the card and the figures know that he is withheld on purpose."""

import pytest

from main_api.vpn_api.agreement import Outcome
from main_api.vpn_api.servers import Server
from main_api.watching.alarms import About
from main_api.watching.deps import watch
from main_api.watching.lacking import Lacking
from models.codes import NoticeKind
from tests.support.limited_shop import LimitedShop
from tests.support.shop import FINLAND, GERMANY


@pytest.fixture
def withheld(limited: LimitedShop) -> LimitedShop:
    limited.use(100)
    limited.look()
    assert limited.let_in == [False, False]
    return limited


def finland(limited: LimitedShop) -> Server:
    return next(it for it in limited.deps.vpn.servers.callable() if it.address == FINLAND)


def repair(limited: LimitedShop) -> Outcome:
    outcome = limited.deps.vpn.agreement.repair(finland(limited))
    limited.heal()
    return outcome


def test_a_server_without_him_agrees_and_one_that_has_him_is_repaired(
    withheld: LimitedShop,
) -> None:
    withheld.grant(withheld.register(4711).user_id, "gift", days=9)
    assert repair(withheld).equal
    key = f"u{withheld.user_id}"
    held = withheld.finland.users[key]
    withheld.finland.users[key] = held.model_copy(update={"active": True})

    assert repair(withheld).extra == 1
    assert withheld.let_in == [False, False]
    assert repair(withheld).equal


def test_in_another_process_it_agrees_too_before_and_after_he_is_given_back(
    withheld: LimitedShop,
) -> None:
    withheld.start()
    assert repair(withheld).equal
    withheld.limit(traffic_gb=200)
    withheld.begin()
    withheld.look()

    assert withheld.let_in == [True, True]
    assert repair(withheld).equal


def test_nobody_is_alarmed_about_him_whatever_the_servers_say(withheld: LimitedShop) -> None:
    key = f"u{withheld.user_id}"
    withheld.germany.proof.lies = {"missing": 1, "missing_keys": [key]}
    looking = watch(withheld.deps)
    before = withheld.record(withheld.user_id)
    for _ in range(60):
        withheld.clock.advance(seconds=10)
        looking.tick()

    assert withheld.deps.alarms.count(About.MISSING, GERMANY) == 0
    assert [
        it for it in withheld.notify.notices.values() if it.kind is NoticeKind.SERVER_ALARM
    ] == []
    assert withheld.record(withheld.user_id) == before, "nor is he put back"


def test_who_is_withheld_and_waited_for_is_not_missing(limited: LimitedShop) -> None:
    limited.use(100)
    limited.collecting.tick()
    limited.finland.refused.add(f"u{limited.user_id}")
    limited.look()

    assert limited.bot.user(limited.user_id).pending == [FINLAND]
    assert Lacking(limited.deps.db).look(FINLAND, [], {}, limited.clock()).since == {}


def test_presence_and_the_card_tell_that_he_is_not_to_be_there(withheld: LimitedShop) -> None:
    presence = withheld.bot.presence(withheld.user_id)
    assert (presence.desired, presence.perfect) == (False, True)
    card = withheld.bot.card(withheld.user_id)
    assert card.user.withheld == "traffic"
    assert {it.state for it in card.presence} == {"absent"}


def test_the_figures_count_who_is_withheld_now(withheld: LimitedShop) -> None:
    def figures() -> list[str]:
        page = withheld.app.test_client().get("/metrics").get_data(as_text=True)
        return [line for line in page.splitlines() if line.startswith("keyland_users_withheld")]

    assert figures() == [
        'keyland_users_withheld{why="traffic"} 1.0',
        'keyland_users_withheld{why="devices"} 0.0',
    ]
    withheld.buy("second")
    assert figures()[0].endswith(" 0.0")


def test_who_leaves_while_withheld_is_gone_for_good(withheld: LimitedShop) -> None:
    withheld.bot.delete_me(withheld.user_id)
    withheld.clock.advance(seconds=60)
    withheld.withholding.tick()

    assert withheld.let_in == [False, False]
