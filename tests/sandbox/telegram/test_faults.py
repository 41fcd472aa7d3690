"""Trouble on order and flood control, seen by raw requests and by the real library."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from telebot import TeleBot, apihelper
from telebot.apihelper import ApiTelegramException

from tests.sandbox.telegram.running import ANYA, BOB, TOKEN, Running, running_emulator
from tests.sandbox.telegram.tiny_bot import library_pointed_at


@pytest.fixture
def chatting(sandbox: Running) -> Running:
    for user_id in (ANYA, BOB):
        sandbox.act(user_id, "say", text="/start")
    return sandbox


@pytest.fixture
def bot(chatting: Running) -> Iterator[TeleBot]:
    with library_pointed_at(chatting.base):
        yield TeleBot(TOKEN, threaded=False)


def send(sandbox: Running, user_id: int = ANYA, text: str = "x") -> requests.Response:
    return sandbox.raw("sendMessage", chat_id=user_id, text=text)


def order(sandbox: Running, **fault: Any) -> None:
    assert sandbox.post("faults", **fault).status_code == 201


def test_a_fault_of_429_is_told_three_ways_and_sends_nothing(chatting: Running) -> None:
    order(chatting, method="sendMessage", code=429, parameters={"retry_after": 7})
    response = send(chatting)
    assert response.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert chatting.texts(ANYA) == ["/start"]
    assert send(chatting).status_code == 200


def test_a_fault_waits_for_its_method_and_chat_and_counts_its_times(chatting: Running) -> None:
    order(chatting, method="sendMessage", chat_id=BOB, times=2, code=403)
    assert send(chatting, ANYA).status_code == 200
    assert chatting.call("sendChatAction", chat_id=BOB, action="typing") is True
    assert [send(chatting, BOB).status_code for _ in range(3)] == [403, 403, 200]


def test_a_fault_of_any_method_leaves_polling_alone(chatting: Running) -> None:
    order(chatting, code=500)
    assert len(chatting.updates()) == 2
    assert chatting.refused("getMe") == "500 Internal Server Error"


def test_a_gateway_answers_in_html(chatting: Running) -> None:
    order(chatting, code=502, body="<h1>502 Bad Gateway</h1>")
    response = send(chatting)
    assert (response.status_code, response.text) == (502, "<h1>502 Bad Gateway</h1>")
    assert response.headers["Content-Type"].startswith("text/html")


def test_faults_can_be_seen_and_cleared(chatting: Running) -> None:
    order(chatting, method="sendMessage", code=403, times=3)
    [fault] = chatting.get("faults")["faults"]
    assert (fault["code"], fault["times"]) == (403, 3)
    chatting.http.delete(f"{chatting.base}/sandbox/api/faults", timeout=30)
    assert send(chatting).status_code == 200


@pytest.mark.parametrize(
    "fault",
    [{"code": 200}, {"times": 0}, {"after_sleep": -1}, {"after_sleep": "1"}, {"colour": "red"}],
)
def test_a_fault_that_makes_no_sense_is_refused(chatting: Running, fault: dict[str, Any]) -> None:
    assert chatting.post("faults", **fault).status_code == 400
    assert chatting.get("faults")["faults"] == []


def test_an_answer_that_comes_too_late_has_still_delivered(chatting: Running) -> None:
    order(chatting, method="sendMessage", after_sleep=0.6)
    url = f"{chatting.base}/bot{TOKEN}/sendMessage"
    with pytest.raises(requests.ReadTimeout):
        requests.post(url, json={"chat_id": ANYA, "text": "once"}, timeout=0.2)
    assert chatting.texts(ANYA) == ["/start", "once"]
    assert chatting.get("journal")["entries"][-1]["ok"] is True


def test_the_retry_engine_of_the_library_duplicates_and_the_emulator_shows_it(
    chatting: Running, bot: TeleBot
) -> None:
    order(chatting, method="sendMessage", times=2, after_sleep=0.6)
    before = apihelper.RETRY_ON_ERROR, apihelper.RETRY_TIMEOUT
    vars(apihelper).update(RETRY_ON_ERROR=True, RETRY_TIMEOUT=0)
    try:
        bot.send_message(ANYA, "pay!", timeout=0.2)  # type: ignore[arg-type]  # seconds may be parts
    finally:
        vars(apihelper).update(RETRY_ON_ERROR=before[0], RETRY_TIMEOUT=before[1])
    assert chatting.texts(ANYA) == ["/start", "pay!", "pay!", "pay!"]


def test_the_library_reads_the_refusals(chatting: Running, bot: TeleBot) -> None:
    order(chatting, code=429, parameters={"retry_after": 3})
    with pytest.raises(ApiTelegramException) as refused:
        bot.send_message(ANYA, "x")
    assert refused.value.error_code == 429
    assert refused.value.result_json["parameters"]["retry_after"] == 3
    chatting.act(BOB, "block")
    with pytest.raises(ApiTelegramException, match="bot was blocked by the user"):
        bot.send_message(BOB, "x")


def test_a_slow_start_delays_the_delivery(chatting: Running) -> None:
    order(chatting, method="sendMessage", before_sleep=0.2)
    started = time.monotonic()
    assert send(chatting).status_code == 200
    assert time.monotonic() - started > 0.2


def test_more_than_thirty_messages_in_a_second_are_refused(chatting: Running) -> None:
    assert {send(chatting, text=str(number)).status_code for number in range(30)} == {200}
    answer = send(chatting, BOB)
    assert (answer.status_code, answer.json()["parameters"]) == (429, {"retry_after": 1})
    assert chatting.raw("answerCallbackQuery", callback_query_id="1").status_code == 400
    chatting.elapsed.seconds += 1
    assert send(chatting, BOB).status_code == 200


def test_edits_count_like_messages(chatting: Running) -> None:
    number = send(chatting).json()["result"]["message_id"]
    which = {"chat_id": ANYA, "message_id": number}
    codes = [
        chatting.raw("editMessageText", **which, text=str(step)).status_code for step in range(30)
    ]
    assert codes == [200] * 29 + [429]


def test_the_limit_of_one_chat_is_off_until_asked_for(tmp_path: Path) -> None:
    with running_emulator(tmp_path / "o", chat_rate=1.0) as sandbox:
        for user_id in (ANYA, BOB):
            sandbox.act(user_id, "say", text="/start")
        assert [send(sandbox).status_code for _ in range(6)] == [200] * 5 + [429]
        assert send(sandbox, BOB).status_code == 200
