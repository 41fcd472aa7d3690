"""Money that comes in at a steady pace: from the provider's event to access on every server."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import gevent
from locust.env import Environment

from bench.load.recorder import Recorder
from bench.load.shopper import CallFailed, Shopper
from bench.load.spec import Spec, Target
from common.storage.connect import connect
from common.storage.protocol import Collection
from sandbox.payments.yoomoney.sign import sign

LOOK_SECONDS = 0.004
GIVE_UP_SECONDS = 30.0
ACCESS, ANSWER = "access", "answer"
USERS = "users"


def events(spec: Spec) -> dict[str, Any]:
    """In each shop `users` first payments of people without access, `per_second` of them a second
    whatever becomes of the earlier ones; with several shops theirs alternate, so that a moment in
    which the machine is away falls on all alike.

    The clock of each starts before its notification is sent and stops when the user's document
    has access and waits for no server: main_api has heard from both agents by then that they
    have committed the user and that their core has taken him.
    """
    numbers = count(spec.first_tg_id)
    shops = [_Shop(target, numbers, spec.users) for target in (spec.target, *spec.beside)]
    gevent.sleep(1.0)
    began, running = time.monotonic(), []
    for place in range(spec.users * len(shops)):
        due = began + place / len(shops) / spec.per_second
        gevent.sleep(max(0.0, due - time.monotonic()))
        running.append(gevent.spawn(shops[place % len(shops)].next_event))
    gevent.joinall(running, timeout=2 * GIVE_UP_SECONDS)
    return {"shops": [shop.result() for shop in shops]}


class _Shop:
    """Its customers have ordered and not paid."""

    def __init__(self, target: Target, numbers: Iterator[int], users: int) -> None:
        self._target = target
        self._payers = type("Payer", (Shopper,), {"target": target})
        self._environment = Environment(user_classes=[])
        self._recorder = Recorder()
        self._users = connect(target.mongo_url, name="main")[USERS]
        self._orders = [_ordered(self._payer(), next(numbers)) for _ in range(users)]
        self._waiting = iter(self._orders)

    def next_event(self) -> None:
        user_id, order_id, kopecks = next(self._waiting)
        body = notification(order_id, kopecks, self._target.wallet_secret)
        with self._recorder.timed(ACCESS):
            with self._recorder.timed(ANSWER):
                self._payer().notify(body)
            _wait_for_access(self._users, user_id)

    def result(self) -> dict[str, Any]:
        return {
            "times_ms": {name: self._recorder.taken(name) for name in (ACCESS, ANSWER)},
            "expected": len(self._orders),
            "errors": self._recorder.errors,
        }

    def _payer(self) -> Shopper:
        payer: Shopper = self._payers(self._environment)
        return payer


def _ordered(payer: Shopper, tg_id: int) -> tuple[int, str, int]:
    """User, order and price."""
    who = {"telegram_id": tg_id, "first_name": "Bench", "language_code": "ru"}
    user_id = payer.signed("POST", "/api/v1/users/register", who)["user_id"]
    tariff = payer.signed("GET", "/api/v1/tariffs?language=ru")["tariffs"][0]
    wanted = {"user_id": user_id, "tariff_id": tariff["id"]}
    order = payer.signed("POST", "/api/v1/payments/create", wanted)
    return user_id, order["payment_id"], tariff["price_kopecks"]


def _wait_for_access(users: Collection, user_id: int) -> None:
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while True:
        found = users.find_one({"_id": user_id}, ["expires_at", "pending"])
        if found and found["expires_at"] and not found["pending"]:
            return
        if time.monotonic() > deadline:
            raise CallFailed("money came, access did not")
        gevent.sleep(LOOK_SECONDS)


def notification(order_id: str, kopecks: int, secret: str) -> bytes:
    """As the wallet tells of a card payment (facts: HMAC over every parameter, blanks too)."""
    roubles = f"{kopecks // 100}.{kopecks % 100:02d}"
    told = {
        "notification_type": "card-incoming",
        "bill_id": "",
        "amount": roubles,
        "codepro": "false",
        "withdraw_amount": roubles,
        "unaccepted": "false",
        "label": order_id,
        "datetime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),  # noqa: TID251 -- a provider's
        "operation_label": "",
        "operation_id": f"bench-{order_id}",
        "currency": "643",
        "sender": "41001000000000",
    }
    return urlencode(told | {"sign": sign(told, secret)}).encode()
