"""payments_webhook over real HTTP, with the doubles of both providers and a fake main_api."""

import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import requests
from flask.testing import FlaskClient
from werkzeug.serving import BaseWSGIServer, make_server

from common.clients.payments_webhook import PaymentsWebhook
from common.service_client import ServiceClient
from models.codes import ProviderName
from models.payments import Checkout, CheckoutRequest, PaymentFact
from payments_webhook.app import create_app
from payments_webhook.deps import Deps, build
from payments_webhook.settings import PaymentsWebhookSettings
from sandbox.payments import app as doubles_app
from sandbox.payments.app import Doubles
from sandbox.payments.settings import PaymentsSettings, YooKassaShop, YooMoneyWallet
from tests.support import fake_main
from tests.support.clock import FakeClock
from tests.support.fake_main import FakeMain
from tests.support.wsgi_transport import session_to

SHOP_ID, SECRET_KEY = "100500", "test_secret-key"
WALLET, SECRET_WORD, TOKEN = "410011234567890", "01234567890ABCDEF01234567890", "wallet-token"
MAIN_KEY = "checkouts-key-" + "k" * 32
PRICE = 199_00


class Server:
    """Any WSGI app on a free port of this machine; `app` may be put there later."""

    def __init__(self, app: Any = None) -> None:
        self.app = app
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, self._serve, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.01,), daemon=True)
        self._thread.start()

    def _serve(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Desk:
    """`settle` does what the worker's threads do, in this one; `start_worker` starts them."""

    def __init__(self, folder: Path, *, at_most_pages: int | None = None, **changed: Any) -> None:
        self.clock = FakeClock()
        self.main = FakeMain(self.clock)
        self.server = Server()
        wallet = YooMoneyWallet(WALLET, SECRET_WORD, TOKEN, f"{self.server.url}/yoomoney")
        shop = YooKassaShop(SHOP_ID, SECRET_KEY, f"{self.server.url}/yookassa")
        double = PaymentsSettings(shop, wallet, retry_factor=0.000_01, delivery_timeout=5.0)
        self._double = doubles_app.create_app(double, self.clock)
        self.doubles: Doubles = self._double.extensions["doubles"]
        self.double = Server(self._double)
        self.settings = PaymentsWebhookSettings.model_validate(self._values(folder) | changed)
        self._at_most_pages = at_most_pages
        self.restart()

    def _values(self, folder: Path) -> dict[str, Any]:
        return {
            "state_dir": folder,
            "caller_keys": {"main_api": [MAIN_KEY]},
            "main_api_url": "http://main.test",
            "main_api_key": fake_main.KEY,
            "public_url": self.server.url,
            "yoomoney_wallet": WALLET,
            "yoomoney_secret": SECRET_WORD,
            "yoomoney_token": TOKEN,
            "yoomoney_url": self.double.url,
            "yookassa_shop_id": SHOP_ID,
            "yookassa_secret_key": SECRET_KEY,
            "yookassa_api_url": f"{self.double.url}/v3",
            "yookassa_accept_test": True,
        }

    def restart(self) -> Deps:
        """A new process on the same files."""
        self.deps = build(
            self.settings,
            clock=self.clock,
            session_of=self._session,
            at_most_pages=self._at_most_pages,
        )
        self.app = create_app(self.settings, self.deps)
        self.server.app = self.app
        self._working = False
        return self.deps

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.mount("http://main.test", self.main.wire)
        return session

    @property
    def http(self) -> FlaskClient:
        return self.app.test_client()

    def checkout(self, order_id: str = "order-1", **changed: Any) -> Checkout:
        session, _ = session_to(self.app)
        client = ServiceClient(
            "http://payments", caller="main_api", callee="payments_webhook", key=MAIN_KEY,
            clock=self.clock, session=session,
        )  # fmt: skip
        values: dict[str, Any] = {
            "order_id": order_id,
            "user_id": 1,
            "tariff_id": "m1",
            "amount_kopecks": PRICE,
            "currency": "RUB",
            "description": "Keyland: 1 месяц",
            "language": "ru",
            "return_url": "https://t.me/keyland_bot",
        }
        return PaymentsWebhook(client).checkout(CheckoutRequest.model_validate(values | changed))

    def start_worker(self) -> None:
        self.deps.worker.start()
        self._working = True

    def settle(self) -> list[PaymentFact]:
        """Everything due now, once; the facts that main_api has."""
        for kept in self.deps.inbox.due(100):
            self.deps.delivery.deliver(kept)
        return list(self.main.facts.values())

    def later(self, **delta: float) -> list[PaymentFact]:
        self.clock.advance(**delta)
        return self.settle()

    def rows(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self.deps.store.rows("SELECT * FROM events ORDER BY id")]

    def heard(self, events: int) -> None:
        """Wait until the doubles' threads have told so many different events."""
        for _ in range(500):
            if len(self.rows()) >= events:
                return
            time.sleep(0.01)
        raise AssertionError(self.rows())

    def control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self.double.url}/sandbox/api/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def to_yookassa(self, order_id: str = "order-1") -> str:
        """Presses YooKassa's button; where it leads."""
        url = f"{self.server.url}/pay/{order_id}/yookassa"
        answer = requests.post(url, allow_redirects=False, timeout=30)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def pay_by_yookassa(self, order_id: str = "order-1", action: str = "pay", **form: str) -> str:
        """At the double's page, its event answered before this returns; the payment's id."""
        self.control("switches", {"redirect_first": False})
        page = self.to_yookassa(order_id)
        requests.post(page, data={"action": action, **form}, allow_redirects=False, timeout=30)
        return page.partition("orderId=")[2]

    def pay_by_wallet(self, order_id: str = "order-1", kopecks: int = PRICE) -> None:
        """Through the quickpay form and the double's page, as a payer does."""
        opened = self.deps.checkouts.find(order_id)
        assert opened is not None
        form = self.deps.providers[ProviderName.YOOMONEY].pay_form(opened.request)
        fields = dict(form.fields) | {"paymentType": "AC"}
        page = requests.post(form.action, data=fields, timeout=30).url
        decision = {"action": "pay", "sum": f"{kopecks / 100:.2f}", "paymentType": "AC"}
        requests.post(page, data=decision, allow_redirects=False, timeout=30)

    def accept_frozen(self) -> None:
        """The wallet has room again; nothing tells of it."""
        for operation in self.doubles.wallet.transfers.operations():
            object.__setattr__(operation, "unaccepted", False)

    def yookassa_event(self, event: str, payment_id: str, **more: Any) -> int:
        body = {"type": "notification", "event": event, "object": {"id": payment_id, **more}}
        return self.http.post("/notification", json=body).status_code

    def close(self) -> None:
        if self._working:
            self.deps.worker.stop()
        self.doubles.courier.close()
        self.double.close()
        self.server.close()
        self.deps.delivery.finish()
        self.deps.store.close()
