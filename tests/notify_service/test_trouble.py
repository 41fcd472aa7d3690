"""What becomes of a notice when Telegram, main_api or this service fails it."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.codes import NoticeKind
from notify_service.store import TOLD_AT_A_TIME
from tests.common.telegram.emulated import ANYA, TOKEN, Telegram
from tests.notify_service.house import House, house


def test_while_telegram_is_away_notices_wait_and_then_go(house: House) -> None:
    house.telegram.fault(method="sendMessage", code=502, times=2, body="<html>Bad Gateway</html>")
    house.add(NoticeKind.TEST_PUSH, ANYA, language="en")
    for _ in range(3):
        house.deliver()
        house.clock.advance(seconds=15)
        house.elapsed.seconds += 1

    assert (house.state(), len(house.telegram.texts(ANYA))) == ("sent", 1)


def test_who_has_blocked_the_bot_is_marked(house: House) -> None:
    house.shop.add(ANYA)
    house.telegram.block(ANYA)
    house.add(NoticeKind.TEST_PUSH, ANYA, language="ru")
    house.deliver()

    assert house.state() == "blocked"
    assert house.shop.users[ANYA].blocked


def test_a_mark_that_main_api_missed_is_told_later(house: House) -> None:
    house.shop.add(ANYA)
    house.telegram.block(ANYA)
    house.main_api_wire.down = True
    house.add(NoticeKind.TEST_PUSH, ANYA, language="ru")
    house.deliver()
    assert (house.state(), house.shop.users[ANYA].blocked) == ("blocked", False)

    house.main_api_wire.down = False
    house.deps.dispatcher.tell_blocked()

    assert house.shop.users[ANYA].blocked
    assert list(house.deps.store.blocked_to_tell()) == []


def test_who_never_started_the_bot_is_no_error_and_nobodys_mark(house: House) -> None:
    house.add(NoticeKind.OWNER_ALERT, 12345, language="ru", text="x")
    house.deliver()

    assert house.state() == "blocked"
    assert list(house.deps.store.blocked_to_tell()) == []


def test_a_refused_token_sends_nothing_and_loses_nothing(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.telegram.fault(method="sendMessage", code=401)
    house.add(NoticeKind.TEST_PUSH, ANYA, language="ru")
    house.deliver()

    health = house.app.test_client().get("/health").get_json()
    assert health["dependencies"]["telegram_token"] is False
    assert "CRITICAL" in {record.levelname for record in caplog.records}
    house.elapsed.seconds += 60
    house.clock.advance(seconds=60)
    house.deliver()
    assert house.state() == "sent"
    assert not house.deps.dispatcher.token_refused


def test_a_message_that_telegram_refuses_is_failed_and_not_repeated(house: House) -> None:
    house.telegram.fault(method="sendMessage", code=400, text="Bad Request: message is too long")
    house.add(NoticeKind.TEST_PUSH, ANYA, language="ru")
    house.deliver()
    house.clock.advance(days=1)
    house.deliver()

    assert house.state() == "failed"
    assert len(house.telegram.calls("sendMessage")) == 1


def test_claims_of_an_earlier_run_are_unknown_and_never_sent_again(house: House) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, language="ru")
    house.database.collection("notices").update_one(
        {"_id": "k1"}, {"$set": {"state": "sending", "run": "an earlier one", "calling": True}}
    )
    assert house.deps.store.give_up_lost_claims(house.clock()) == 1
    house.deliver()

    assert (house.state(), house.telegram.texts(ANYA)) == ("unknown", [])


def test_a_claim_over_its_lease_is_unknown_until_its_claimant_tells_better(house: House) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, language="ru")
    claimed = house.deps.store.claim(house.clock())
    assert claimed is not None
    assert house.deps.store.call_begins(claimed)
    assert house.deps.store.give_up_lost_claims(house.clock()) == 0
    house.clock.advance(days=31)  # the sandbox's clock jumps while a call is under way
    assert house.deps.store.give_up_lost_claims(house.clock()) == 1

    house.deps.store.finish(claimed.key, "sent", house.clock(), message_id=5)

    assert house.state() == "sent"


def test_a_claim_whose_call_had_not_begun_is_sent_by_the_next_run(house: House) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, language="en", text="once")
    house.deps.store.claim(house.clock())
    house.database.collection("notices").update_one({"_id": "k1"}, {"$set": {"run": "killed"}})
    assert house.deps.store.give_up_lost_claims(house.clock()) == 0
    house.deliver()

    assert (house.state(), house.telegram.texts(ANYA)) == ("sent", ["once"])


def test_a_claimant_that_overslept_its_lease_does_not_send_what_another_has(house: House) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, language="en")
    late = house.deps.store.claim(house.clock())
    house.clock.advance(minutes=4)
    house.deps.store.give_up_lost_claims(house.clock())
    second = house.deps.store.claim(house.clock())

    assert late is not None
    assert second is not None
    assert not house.deps.store.call_begins(late)
    assert house.deps.store.call_begins(second)


def test_what_ended_three_months_ago_is_forgotten_and_what_waits_is_kept(house: House) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, key="old", language="en")
    house.add(
        NoticeKind.TEST_PUSH, ANYA, key="far", language="en",
        due_at=house.clock() + timedelta(days=400),
    )  # fmt: skip
    house.deliver()
    sent_at = house.clock()

    assert house.deps.store.purge(sent_at) == 0
    assert house.deps.store.purge(sent_at + timedelta(seconds=1)) == 1
    assert house.deps.store.state_of("old") is None
    assert house.state("far") == "waiting"


def test_neither_token_nor_words_nor_names_reach_the_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    faults: list[dict[str, Any]] = [{"code": 400}, {"code": 502, "body": "x"}, {"code": 401}, {}]
    for n, fault in enumerate(faults):
        house.telegram.fault(method="sendMessage", **fault)
        house.add(NoticeKind.TEST_PUSH, ANYA, key=f"k{n}", language="ru", text="canary-words")
        house.deliver()
        house.elapsed.seconds += 61
        house.clock.advance(seconds=61)

    ours = [r for r in caplog.records if not r.name.startswith("urllib3")]
    said = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in ours)
    assert ours
    assert "canary-words" not in said
    assert TOKEN not in said


def test_an_answer_that_does_not_come_is_unknown_and_no_second_copy_follows(
    telegram: Telegram, tmp_path: Path
) -> None:
    telegram.fault(method="sendMessage", after_sleep=0.5)
    with house(telegram, tmp_path, read_seconds=0.15) as impatient:
        impatient.add(NoticeKind.TEST_PUSH, ANYA, language="en", text="once")
        impatient.deliver()
        impatient.clock.advance(days=1)
        impatient.deliver()

        assert impatient.state() == "unknown"
        assert impatient.add(NoticeKind.TEST_PUSH, ANYA, text="once") == "unknown"
    assert telegram.texts(ANYA) == ["once"]


def test_with_nobody_listening_nothing_is_lost(telegram: Telegram, tmp_path: Path) -> None:
    with house(Telegram("http://127.0.0.1:9", telegram.emulator), tmp_path) as cut_off:
        cut_off.add(NoticeKind.TEST_PUSH, ANYA, language="en")
        cut_off.deliver()

        assert cut_off.state() == "waiting"
        assert cut_off.deps.dispatcher.permit() > 0


def test_of_thousands_who_have_blocked_the_bot_some_are_told_at_a_time(house: House) -> None:
    """A round in which all were told would be taken for a thread that hangs."""
    for n in range(TOLD_AT_A_TIME + 1):
        house.add(NoticeKind.TEST_PUSH, 1000 + n, key=f"push-{n}")
    blocked = {"state": "blocked", "tell_blocked": True}
    house.database.collection("notices").update_many({"state": "waiting"}, {"$set": blocked})

    left = []
    for _ in range(2):
        house.deps.dispatcher.tell_blocked()
        left.append(len(list(house.deps.store.blocked_to_tell())))

    assert left == [1, 0]
