"""Decided on what is true at that moment, and told once, whatever else happens meanwhile."""

import pytest

from main_api.access.changes import AccessChanges
from main_api.withholding.people import People
from main_api.withholding.service import Withholding
from main_api.withholding.word import Word
from tests.support.interrupted import Interrupted
from tests.support.limited_shop import LimitedShop


@pytest.mark.parametrize("after", [False, True])
def test_who_buys_at_that_very_moment_is_let_in(limited: LimitedShop, *, after: bool) -> None:
    limited.use(100)
    limited.collecting.tick()
    deps = limited.deps
    rival = Interrupted(deps.db, 1, lambda: limited.buy("second"), after=after)
    changes = AccessChanges(rival, deps.users, deps.vpn.servers.addresses, limited.clock)
    word = Word(People(deps.db), deps.notify, limited.clock)

    Withholding(deps.db, changes, word, limited.clock).tick()
    limited.heal()

    assert rival.came
    assert limited.let_in == [True, True]
    limited.look(2)
    assert limited.let_in == [True, True]


def test_two_processes_that_look_at_once_decide_and_tell_once(limited: LimitedShop) -> None:
    limited.use(100)
    limited.collecting.tick()
    before, deps = limited.record(limited.user_id), limited.deps
    rival = Interrupted(deps.db, 1, limited.withholding.tick)
    changes = AccessChanges(rival, deps.users, deps.vpn.servers.addresses, limited.clock)
    word = Word(People(deps.db), deps.notify, limited.clock)

    Withholding(deps.db, changes, word, limited.clock).tick()

    assert rival.came
    assert limited.record(limited.user_id).revision == before.revision + 1
    assert len(limited.told()) == 1


def test_notify_service_is_not_called_for_who_knows_it(limited: LimitedShop) -> None:
    limited.use(100)
    limited.look()
    calls = limited.notify.lists
    limited.look(5)

    assert limited.notify.lists == calls
