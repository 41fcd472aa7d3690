"""The official `yookassa` SDK, and everything that must be mended about it, in one place.

It has no socket timeout, keeps its account in class attributes, and turns network trouble into
AttributeError. Here it has both, an account of its own, and one error for "nothing is known".
"""

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3 import Retry
from yookassa.client import ApiClient
from yookassa.domain.common.user_agent import UserAgent
from yookassa.domain.exceptions.api_error import ApiError
from yookassa.domain.exceptions.not_found_error import NotFoundError
from yookassa.payment import Payment
from yookassa.refund import Refund

from common.errors import NotFound, Unavailable

log = logging.getLogger(__name__)
T = TypeVar("T")
CONNECT_SECONDS, READ_SECONDS = 3.0, 7.0


class _WithDeadline(HTTPAdapter):
    def __init__(self, read_seconds: float) -> None:
        self._deadline = (min(CONNECT_SECONDS, read_seconds), read_seconds)
        # 202 = "still working on it": the same Idempotence-Key is sent once more
        retry = Retry(
            total=1, connect=0, read=0, status=1, backoff_factor=0.3,
            allowed_methods=["POST"], status_forcelist=[202],
        )  # fmt: skip
        super().__init__(max_retries=retry)

    @override
    def send(self, request: Any, *args: Any, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._deadline
        return super().send(request, *args, **kwargs)


class _Client(ApiClient):
    """The SDK's client with an account of its own instead of the class-wide one."""

    def __init__(self, shop_id: str, secret_key: str, url: str, read_seconds: float) -> None:
        self.configuration = SimpleNamespace(verify=None)
        self.endpoint = url
        self.shop_id, self.shop_password, self.auth_token = shop_id, secret_key, None
        self.user_agent = UserAgent()
        self._read_seconds = read_seconds

    @override
    def get_session(self) -> requests.Session:
        """The SDK closes it after each call."""
        session = requests.Session()
        session.trust_env = False
        adapter = _WithDeadline(self._read_seconds)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        return session


class YooKassaApi:
    """Raises NotFound for what this shop does not have, Unavailable when nothing is known."""

    def __init__(
        self, *, shop_id: str, secret_key: str, url: str, read_seconds: float = READ_SECONDS
    ) -> None:
        client = _Client(shop_id, secret_key, url, read_seconds)

        class OurPayment(Payment):
            def __init__(self) -> None:
                self.client = client

        class OurRefund(Refund):
            def __init__(self) -> None:
                self.client = client

        self._payments: Any = OurPayment
        self._refunds: Any = OurRefund

    def create(self, wish: dict[str, Any], *, key: str) -> Any:
        return _known(lambda: self._payments.create(wish, key))

    def payment(self, payment_id: str) -> Any:
        return _known(lambda: self._payments.find_one(payment_id))

    def refund(self, refund_id: str) -> Any:
        return _known(lambda: self._refunds.find_one(refund_id))


def _known(call: Callable[[], T]) -> T:
    try:
        return call()
    except NotFoundError:
        raise NotFound("YooKassa does not know it") from None
    except ApiError as refused:
        # 401 and 403 too: keys are being changed, or wrong; an event must wait for the right ones
        log.warning("YooKassa refuses: HTTP %s", refused.HTTP_CODE)
        raise Unavailable(f"YooKassa answered {type(refused).__name__}") from None
    except Exception as trouble:  # noqa: BLE001 -- AttributeError, JSONDecodeError, ...: all mean that
        log.warning("YooKassa: outcome unknown (%s)", type(trouble).__name__)
        raise Unavailable("YooKassa does not answer") from None
