from pathlib import Path

import pytest

from common.i18n.texts import Html, Texts
from common.settings import BadSettings, load
from notify_service.failure.channels import Channel, Hopeless, NotNow
from notify_service.failure.event import Event, read
from notify_service.failure.memory import Memory
from notify_service.failure.report import AGAIN, DONE, NOTHING_HELPS, Report
from notify_service.settings import FailureSettings
from tests.support.clock import FakeClock


class Owner:
    """A way to him; `away` is raised instead while it is set."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.away: Exception | None = None

    def tell(self, text: Html) -> None:
        if self.away:
            raise self.away
        self.got.append(str(text))


class House:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.telegram, self.mail = Owner(), Owner()
        self._crashes, self._folder = folder / "crashes", folder
        self._crashes.mkdir()

    def crash(self, unit: str = "keyland-bot", note: str = "signal killed KILL") -> None:
        with (self._crashes / unit).open("a") as notes:
            notes.write(f"{note}\n")

    def tell(self, instance: str = "keyland-bot") -> int:
        """One start of the program."""
        ways: dict[str, Channel] = {"telegram": self.telegram, "mail": self.mail}
        memory = Memory(self._folder / f"{instance}.json")
        report = Report(ways, memory, self.clock, Texts("ru"), "host")
        return report.tell(read(instance, self._crashes))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_crash_is_told_once_by_each_way_with_its_reason(house: House) -> None:
    house.crash()

    assert [house.tell(), house.tell()] == [DONE, DONE]

    assert house.telegram.got == house.mail.got
    [message] = house.telegram.got
    assert "keyland-bot упал</b> 1 раз на host" in message
    assert "убит сигналом KILL" in message


def test_crashes_that_follow_are_summed_up_after_ten_minutes(house: House) -> None:
    house.crash()
    house.tell()
    answers = []
    for _ in range(9):
        house.clock.advance(minutes=1)
        house.crash()
        answers.append(house.tell())
    house.clock.advance(minutes=1)

    assert house.tell() == DONE
    assert answers == [AGAIN] * 9
    assert len(house.telegram.got) == 2
    assert "9 раз на" in house.telegram.got[1]


def test_units_do_not_silence_each_other(house: House) -> None:
    house.crash("keyland-bot")
    house.crash("keyland-core", "oom-kill killed KILL")

    house.tell("keyland-bot")
    house.tell("keyland-core")

    assert len(house.telegram.got) == 2
    assert "памяти" in house.telegram.got[1]


def test_a_way_that_is_closed_for_now_is_tried_again_and_the_other_is_not(house: House) -> None:
    house.crash()
    house.telegram.away = NotNow("away")
    first = house.tell()
    house.telegram.away = None
    house.crash()

    assert (first, house.tell()) == (AGAIN, AGAIN)
    assert "2 раза" in house.telegram.got[0]
    assert len(house.mail.got) == 1


def test_a_way_that_is_closed_for_good_does_not_stop_the_other(house: House) -> None:
    house.crash()
    house.telegram.away = Hopeless("token revoked")

    assert house.tell() == NOTHING_HELPS
    assert len(house.mail.got) == 1


def test_a_failure_is_told_at_once_and_then_once_an_hour(house: House) -> None:
    house.crash()
    house.tell()
    for _ in range(7):
        assert house.tell("keyland-bot:failed") == DONE
        house.clock.advance(minutes=10)

    failures = [text for text in house.telegram.got if "не работает" in text]
    assert len(failures) == 2


def test_a_damaged_memory_costs_a_message_and_no_more(house: House, tmp_path: Path) -> None:
    house.crash()
    house.tell()
    (tmp_path / "keyland-bot.json").write_text("{")

    assert house.tell() == DONE
    assert len(house.telegram.got) == 2


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("watchdog killed ABRT", "завис"),
        ("exit-code exited 7", "кодом 7"),
        ("timeout killed TERM", "вовремя"),
        ("protocol - -", "protocol"),
    ],
)
def test_each_reason_has_words(house: House, note: str, words: str) -> None:
    house.crash(note=note)
    house.tell()

    assert words in house.telegram.got[0]


def test_it_speaks_english_too() -> None:
    event = Event("keyland-bot", failed=False, happened=2, reason="watchdog", status="ABRT")

    assert "has crashed</b> 2 times on host" in event.message(Texts("en"), "host", 2)


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({}, "BOT_TOKEN or SMTP_URL"),
        ({"BOT_TOKEN": "123456:abcdefghijklmnopqrstuvwxyz"}, "OWNER_TELEGRAM_ID"),
        ({"SMTP_URL": "smtp://127.0.0.1:25"}, "MAIL_FROM"),
        ({"SMTP_URL": "http://hunter2@mail"}, "SMTP_URL"),
    ],
)
def test_without_a_way_to_the_owner_it_says_what_is_missing(
    variables: dict[str, str], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSettings) as told:
        load(FailureSettings, {"STATE_DIR": str(tmp_path), **variables})

    assert problem in str(told.value)
    assert "hunter2" not in str(told.value)
