"""Who is cut when, on a clock that the test sets."""

import pytest

from country_api.cutting.agenda import AGAIN_SECONDS, RETRY_SECONDS, TRIES, Agenda
from tests.support.systemd import Time


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def agenda(time: Time) -> Agenda:
    return Agenda(time)


def test_each_is_due_at_once_and_once_more_later(agenda: Agenda, time: Time) -> None:
    agenda.add(["u1", "u2"])

    agenda.done(agenda.due())

    assert (agenda.due(), agenda.next()) == ({}, AGAIN_SECONDS)
    time.now = AGAIN_SECONDS
    assert agenda.due().keys() == {"u1", "u2"}
    agenda.done(agenda.due())
    assert agenda.next() is None


def test_what_failed_is_tried_again_but_not_for_ever(agenda: Agenda, time: Time) -> None:
    agenda.add(["u1"])

    for attempt in range(TRIES):
        assert agenda.due().keys() == {"u1"}
        agenda.failed(agenda.due())
        assert not agenda.due()
        time.now = (attempt + 1) * RETRY_SECONDS

    assert agenda.next() is None


def test_one_who_is_added_anew_while_he_is_being_cut_is_due_again(agenda: Agenda) -> None:
    agenda.add(["u1", "u2"])
    taken = agenda.due()
    agenda.add(["u2"])

    agenda.done(taken)

    assert agenda.due().keys() == {"u2"}
