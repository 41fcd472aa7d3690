"""Who is cut when, on a clock that the test sets."""

import pytest

from country_api.cutting.agenda import AGAIN_SECONDS, RETRY_SECONDS, TRIES, Agenda
from tests.country_api.conftest import core_id
from tests.support.systemd import Time

A, B = core_id(1), core_id(2)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def agenda(time: Time) -> Agenda:
    return Agenda(time)


def test_each_is_due_at_once_and_once_more_later(agenda: Agenda, time: Time) -> None:
    agenda.add({"u1": A, "u2": A})

    agenda.done(agenda.due())

    assert (agenda.due(), agenda.next()) == ({}, AGAIN_SECONDS)
    time.now = AGAIN_SECONDS
    assert agenda.due().keys() == {"u1", "u2"}
    agenda.done(agenda.due())
    assert agenda.next() is None


def test_what_failed_is_tried_again_but_not_for_ever(agenda: Agenda, time: Time) -> None:
    agenda.add({"u1": A})

    for attempt in range(TRIES):
        assert agenda.due().keys() == {"u1"}
        agenda.failed(agenda.due())
        assert not agenda.due()
        time.now = (attempt + 1) * RETRY_SECONDS

    assert agenda.next() is None


def test_one_who_is_added_anew_while_he_is_being_cut_is_due_again(agenda: Agenda) -> None:
    agenda.add({"u1": A, "u2": A})
    taken = agenda.due()
    agenda.add({"u2": A})

    agenda.done(taken)

    assert agenda.due().keys() == {"u2"}


def test_the_id_that_has_gone_is_remembered_until_another_goes_before_the_last_cut(
    agenda: Agenda,
) -> None:
    agenda.add({"u1": A, "u2": A, "u3": None})
    agenda.done(agenda.due())
    agenda.add({"u1": A, "u2": B, "u3": A})

    assert {key: it.core_id for key, it in agenda.due().items()} == {
        "u1": A,
        "u2": None,
        "u3": None,
    }
