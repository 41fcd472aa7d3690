"""What the two routes take and refuse, and that a key is taken once."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from common.clock import milliseconds
from common.errors import Invalid, Unavailable
from common.service_auth import mint
from models.codes import NoticeKind, Service
from models.notifies import MOST_NOTICES, Notice, NoticeList
from tests.common.telegram.emulated import ANYA
from tests.notify_service.house import CALLER_KEY, House


def signed(
    house: House, method: str, path: str, data: bytes = b"", caller: Service = Service.TG_BOT
) -> TestResponse:
    token = mint(
        caller=caller, callee=Service.NOTIFY_SERVICE, key=CALLER_KEY, method=method,
        path=path, body=data, clock=house.clock,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return house.app.test_client().open(path, method=method, data=data, headers=headers)


def post(house: House, path: str, body: object, caller: Service = Service.TG_BOT) -> TestResponse:
    return signed(house, "POST", path, json.dumps(body).encode(), caller)


def paper(house: House, **changed: Any) -> dict[str, Any]:
    notify = {"date": milliseconds(house.clock()), "tgid": ANYA, "pushName": "testPush"}
    return {"notify": {**notify, "args": [ANYA, "ваш доступ <b>закончился</b>"], **changed}}


def test_the_papers_body_is_taken_and_its_text_delivered(house: House) -> None:
    answer = post(house, "/addNotify", paper(house))
    house.deliver()

    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})
    assert house.telegram.texts(ANYA) == ["ваш доступ <b>закончился</b>"]


def test_the_papers_notice_given_twice_is_sent_once(house: House) -> None:
    post(house, "/addNotify", paper(house))
    post(house, "/addNotify", paper(house, tgid=str(ANYA)))
    house.deliver()

    assert len(house.telegram.texts(ANYA)) == 1


def test_the_paper_may_leave_the_text_to_us(house: House) -> None:
    house.shop.add(ANYA, expires_at=house.clock() - timedelta(seconds=30))
    post(house, "/addNotify", paper(house, pushName="notifySubEnded", args=[]))
    house.deliver()

    assert house.telegram.texts(ANYA)[0].startswith("⏳ Ваш доступ закончился.")


@pytest.mark.parametrize(
    "changed",
    [
        {"pushName": "paymentReceived"},
        {"args": [ANYA + 1, "for another person"]},
        {"args": [ANYA, "x" * 4000]},
        {"args": [1, 2, 3]},
        {"date": 2**53 - 1},
        {"date": -1},
        {"date": "soon"},
        {"tgid": "me"},
        {"args": [ANYA, "\ud800"]},
    ],
)
def test_a_bad_paper_notice_is_refused(house: House, changed: dict[str, Any]) -> None:
    answer = post(house, "/addNotify", paper(house, **changed))

    assert answer.status_code == 422
    assert house.deps.store.next_due() is None


@pytest.mark.parametrize("body", [{}, {"notify": {}}, {"notify": None}, [], "x", None])
def test_a_body_without_its_fields_is_a_bad_request(house: House, body: object) -> None:
    assert post(house, "/addNotify", body).status_code in (400, 422)
    assert post(house, "/api/v1/notices", body).status_code in (400, 422)


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (NoticeKind.TEST_PUSH, {"colour": "red"}),
        (NoticeKind.PAYMENT_FAILED, {}),
        (NoticeKind.PAYMENT_FAILED, {"order_id": "../etc"}),
        (NoticeKind.PAYMENT_UNDERPAID, {"order_id": "o", "paid_kopecks": -1, "price_kopecks": 1}),
        (NoticeKind.OWNER_ALERT, {"text": "   "}),
        (NoticeKind.PAYMENT_REFUNDED, {"order_id": "o", "until_ms": 2**52}),
        (
            NoticeKind.PAYMENT_RECEIVED,
            {"order_id": "o", "until_ms": 1, "months": 1, "first": 2},
        ),
    ],
)
def test_parameters_that_a_kind_does_not_take_are_refused(
    house: House, kind: NoticeKind, params: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        house.add(kind, ANYA, **params)


def test_half_a_character_is_refused(house: House) -> None:
    body = {"key": "k", "kind": "testPush", "telegram_id": ANYA, "due_at": "2026-11-21T00:00:00Z"}

    for broken in ({"params": {"text": "\ud800"}}, {"language": "\ud800"}, {"key": "\ud800"}):
        assert post(house, "/api/v1/notices", {**body, **broken}).status_code == 422


def test_a_moment_that_utc_does_not_have_is_refused(house: House) -> None:
    edge = datetime.max.replace(tzinfo=UTC).isoformat().replace("+00:00", "-12:00")
    body = {"key": "k", "kind": "testPush", "telegram_id": ANYA, "due_at": edge}

    assert post(house, "/api/v1/notices", body).status_code == 422


def test_several_are_taken_together_and_the_known_among_them_stay(house: House) -> None:
    due = house.clock().isoformat()
    kind = {"kind": "testPush", "telegram_id": ANYA, "due_at": due}
    several = [
        {"key": f"k{number}", "params": {"text": f"{number}"}, **kind} for number in range(4)
    ]
    post(house, "/api/v1/notices", several[2])
    house.deliver()

    answer = post(house, "/api/v1/notices/several", {"notices": several}, Service.MAIN_API)
    house.deliver()

    states = [notice["state"] for notice in answer.get_json()["notices"]]
    assert states == ["waiting", "waiting", "sent", "waiting"]
    assert sorted(house.telegram.texts(ANYA)) == ["0", "1", "2", "3"]


def test_a_new_notice_is_201_and_a_known_one_200(house: House) -> None:
    body = {
        "key": "subEnded:7:1", "kind": "testPush", "telegram_id": ANYA,
        "due_at": house.clock().isoformat(),
    }  # fmt: skip

    first, second = (post(house, "/api/v1/notices", body) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.get_json() == second.get_json() == {"key": "subEnded:7:1", "state": "waiting"}


def test_the_state_of_a_notice_can_be_asked(house: House) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, key="subEnded:7:1", language="ru")

    known = signed(house, "GET", "/api/v1/notices/subEnded:7:1")
    assert (known.status_code, known.get_json()["state"]) == (200, "waiting")
    assert signed(house, "GET", "/api/v1/notices/nobodys").status_code == 404


def test_a_known_key_keeps_what_it_said_first(house: House) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, language="ru", text="first")
    house.add(NoticeKind.TEST_PUSH, ANYA, language="ru", text="second")
    house.deliver()

    assert house.telegram.texts(ANYA) == ["first"]


def test_only_neighbours_who_send_notices_may_add_them(house: House) -> None:
    assert house.app.test_client().post("/addNotify", json=paper(house)).status_code == 401
    assert post(house, "/addNotify", paper(house), caller=Service.COUNTRY_API).status_code == 401
    assert house.deps.store.next_due() is None


def test_with_the_database_away_it_says_so_and_recovers(house: House) -> None:
    house.database.away = True
    with pytest.raises(Unavailable):
        house.add(NoticeKind.TEST_PUSH, ANYA, language="ru")
    assert house.app.test_client().get("/health").status_code == 503

    house.database.away = False

    assert house.add(NoticeKind.TEST_PUSH, ANYA, language="ru") == "waiting"


def test_as_many_of_the_longest_notices_as_a_list_may_hold_are_taken(house: House) -> None:
    end, person = 253_402_300_799_000, 2**53 - 1  # of the year 9999
    notices = [
        Notice(
            key=f"{NoticeKind.SUB_ENDED_TWO_DAYS_AGO}:{person - n}:{end}",
            kind=NoticeKind.SUB_ENDED_TWO_DAYS_AGO,
            telegram_id=person - n,
            language="en",
            due_at=house.clock() + timedelta(days=30, microseconds=1),
            params={"end_ms": end},
        )
        for n in range(MOST_NOTICES)
    ]
    body = NoticeList(notices=notices).model_dump(mode="json")
    post(house, "/api/v1/notices/several", body, Service.MAIN_API)

    assert {house.state(notice.key) for notice in notices} == {"waiting"}
