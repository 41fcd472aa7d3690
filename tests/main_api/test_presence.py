"""Proof of access: where a user should be and where he is, asked of every server at once."""

import json
from collections.abc import Callable
from time import monotonic, sleep

import pytest

from common.errors import NotFound
from main_api.watching.presence import Presences
from models.admin import Ban
from models.presence import Presence
from tests.support.fake_country import FakeCountry
from tests.support.shop import FINLAND, FRANCE, GERMANY, Shop
from tests.support.wsgi_transport import session_to


@pytest.fixture
def user_id(shop: Shop) -> int:
    user_id = shop.register().user_id
    shop.grant(user_id, "a", days=3)
    return user_id


def verdicts(found: Presence) -> list[str]:
    return [place.verdict for place in found.places]


def test_who_has_access_is_there_and_perfect_and_gone_once_it_has_ended(
    shop: Shop, user_id: int
) -> None:
    found = shop.bot.presence(user_id)
    assert (found.desired, found.perfect, verdicts(found)) == (True, True, ["there", "there"])
    assert [(place.country, place.address) for place in found.places] == [
        ("finland", FINLAND),
        ("germany", GERMANY),
    ]
    assert found.places[0].found
    assert found.places[0].found.revision == found.revision

    shop.clock.advance(days=4)
    found = shop.bot.presence(user_id)
    assert (found.desired, found.perfect, verdicts(found)) == (False, True, ["gone", "gone"])


def test_of_a_user_whom_nobody_knows_there_is_none(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.bot.presence(77)


Harm = Callable[[FakeCountry, str], object]


def lose(server: FakeCountry, key: str) -> None:
    server.proof.lost.add(key)


def forget(server: FakeCountry, key: str) -> None:
    server.users.pop(key)


def stop_core(server: FakeCountry, _: str) -> None:
    server.proof.core_running = False


def keep_an_older_revision(server: FakeCountry, key: str) -> None:
    server.users[key] = server.users[key].model_copy(update={"revision": 0})


@pytest.mark.parametrize("harm", [lose, forget, stop_core, keep_an_older_revision])
def test_who_has_access_and_is_not_as_he_should_be_is_missing(
    shop: Shop, user_id: int, harm: Harm
) -> None:
    harm(shop.finland, f"u{user_id}")

    found = shop.bot.presence(user_id)

    assert (verdicts(found), found.perfect) == (["missing", "there"], False)


def test_a_repair_at_one_server_makes_him_missing_at_no_other(shop: Shop, user_id: int) -> None:
    shop.deps.vpn.pending.tell_again(FINLAND, [user_id])
    shop.heal()

    assert verdicts(shop.bot.presence(user_id)) == ["there", "there"]


def test_a_server_that_joins_makes_nobody_missing_at_the_others(shop: Shop, user_id: int) -> None:
    shop.enlist()
    shop.heal()
    listed = {"finland": [FINLAND], "germany": [GERMANY], "france": [FRANCE]}
    shop.write_countries(json.dumps(listed))
    shop.enlist()
    shop.heal()

    assert verdicts(shop.bot.presence(user_id)) == ["there", "there", "there"]


def test_who_is_served_after_he_was_revoked_lingers(shop: Shop, user_id: int) -> None:
    shop.finland.wire.down = True
    shop.bot.ban(user_id, Ban(admin_id=777, key="b", banned=True))
    shop.finland.wire.down = False

    found = shop.bot.presence(user_id)

    assert verdicts(found) == ["lingers", "gone"]
    assert [place.pending for place in found.places] == [True, False]


def test_a_server_that_is_down_slow_or_lying_about_another_is_silent_and_holds_up_nobody(
    shop: Shop, user_id: int
) -> None:
    shop.finland.wire.slow = 4.0
    presences = Presences(shop.deps.vpn.servers, shop.clock, deadline_seconds=0.3)
    began = monotonic()
    found = presences.of(shop.record(user_id))

    assert monotonic() - began < 2
    assert verdicts(found) == ["silent", "there"]
    shop.germany.wire.down = True
    assert verdicts(presences.of(shop.record(user_id))) == ["silent", "silent"]


def test_a_server_that_never_answers_gathers_no_questions(shop: Shop, user_id: int) -> None:
    users = [shop.register(number).user_id for number in range(1, 9)]
    shop.finland.wire.slow = 1.0
    before = shop.finland.wire.sent
    presences = Presences(shop.deps.vpn.servers, shop.clock, deadline_seconds=0.01)
    for number in [user_id, *users, *users]:
        presences.of(shop.record(number))
    sleep(1.5)

    assert shop.finland.wire.sent - before <= 3


def test_an_agent_of_an_older_version_cannot_tell(shop: Shop, user_id: int) -> None:
    old = FakeCountry(FINLAND, shop.clock, old=True)
    shop.adapters[f"https://{FINLAND}"] = old.wire
    shop.start()

    found = shop.bot.presence(user_id)

    assert verdicts(found) == ["untold", "there"]


def test_a_server_whose_key_is_not_known_is_silent(shop: Shop, user_id: int) -> None:
    shop.write_countries(f'{{"finland": ["{FINLAND}", "no.key:1"]}}')

    assert verdicts(shop.bot.presence(user_id)) == ["there", "silent"]


def test_only_the_bot_may_ask(shop: Shop, user_id: int) -> None:
    session, _ = session_to(shop.app)

    assert session.get(f"http://main/api/v1/users/{user_id}/presence").status_code == 401
