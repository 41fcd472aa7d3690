import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from werkzeug.serving import BaseWSGIServer

from sandbox.payments.app import Doubles, create_app
from sandbox.payments.server import listen
from sandbox.payments.settings import PaymentsSettings, YooKassaShop, YooMoneyWallet
from tests.sandbox.payments.receiver import Receiver
from tests.support.clock import FakeClock

SHOP_ID = "100500"
SECRET_KEY = "test_secret-key"
WALLET = "410011234567890"
SECRET_WORD = "01234567890ABCDEF01234567890"
TOKEN = "wallet-token"


@dataclass(frozen=True)
class RunningDouble:
    url: str
    doubles: Doubles
    clock: FakeClock
    slept: list[float]

    def control(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        url = f"{self.url}/sandbox/api/{path}"
        if body is None:
            answer = requests.get(url, timeout=30)
        else:
            answer = requests.post(url, json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def switch(self, **values: Any) -> None:
        self.control("switches", values)

    def deliveries(self, order: str = "") -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.control(f"deliveries?order={order}")["deliveries"]
        return listed


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    shop = Receiver()
    yield shop
    shop.close()


@pytest.fixture
def settings(receiver: Receiver) -> PaymentsSettings:
    return PaymentsSettings(
        yookassa=YooKassaShop(SHOP_ID, SECRET_KEY, f"{receiver.url}/yookassa"),
        yoomoney=YooMoneyWallet(WALLET, SECRET_WORD, TOKEN, f"{receiver.url}/yoomoney"),
        retry_factor=0.000_01,
        delivery_timeout=2.0,
    )


@pytest.fixture
def double(settings: PaymentsSettings) -> Iterator[RunningDouble]:
    clock, slept = FakeClock(), list[float]()
    app = create_app(settings, clock, slept.append)
    doubles: Doubles = app.extensions["doubles"]
    server: BaseWSGIServer = listen(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield RunningDouble(f"http://127.0.0.1:{server.server_port}", doubles, clock, slept)
    server.shutdown()
    thread.join()
    server.server_close()
    doubles.courier.close()
