"""The wallet's own list of operations, through the `yoomoney` package: money no event told of."""

import threading
from datetime import UTC, datetime, timedelta

import httpx
from yoomoney import Client, Operation
from yoomoney.exceptions import YooMoneyError

from common.clock import Clock
from common.errors import Unavailable
from models.codes import ProviderName
from payments_webhook.inbox import Event

HISTORY = "history"
LOOKED_BACK = timedelta(days=7)
OVERLAP = timedelta(days=1)
PAGE = 100
MOST_PAGES = 20


class Operations:
    """Read newest first, without dates (the package writes them so that the API refuses them) and
    without a label: one call a sweep instead of one an unpaid order.
    """

    def __init__(self, *, token: str, url: str, clock: Clock) -> None:
        self._token, self._url = token, f"{url}/api/"
        self._clock = clock
        self._read_until: datetime | None = None
        self._lock = threading.Lock()

    def newest(self) -> list[Event]:
        """Incoming, accepted and labelled ones since the last look; raises Unavailable."""
        with self._lock:
            now = self._clock()
            since = max(now - LOOKED_BACK, (self._read_until or now - LOOKED_BACK) - OVERLAP)
            operations = self._since(since)
            self._read_until = now
        return [event for operation in operations if (event := _event(operation))]

    def _since(self, since: datetime) -> list[Operation]:
        found: list[Operation] = []
        with Client(self._token, base_url=self._url) as client:
            start: str | None = None
            for _ in range(MOST_PAGES):
                operations, start = _page(client, start)
                fresh = [operation for operation in operations if _at(operation) >= since]
                found += fresh
                if start is None or len(fresh) < len(operations):
                    break
        return found


def _page(client: Client, start: str | None) -> tuple[list[Operation], str | None]:
    try:
        page = client.operation_history(type="deposition", start_record=start, records=PAGE)
    except (httpx.HTTPError, YooMoneyError, ValueError) as trouble:
        # ValueError: an empty or garbled answer; a dead token is answered so too
        raise Unavailable(f"YooMoney's history: {type(trouble).__name__}") from None
    return page.operations, page.next_record


def _at(operation: Operation) -> datetime:
    """The package throws the Z away; the value is UTC."""
    moment = operation.datetime or datetime.min  # noqa: DTZ901 -- made aware in the next line
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _event(operation: Operation) -> Event | None:
    wanted = operation.status == "success" and operation.direction == "in"
    if not (wanted and operation.operation_id and operation.label):
        return None
    return Event(
        provider=ProviderName.YOOMONEY,
        external_id=operation.operation_id[:128],
        event=HISTORY,
        order_id=operation.label[:64],
        body={
            # the package gives a float; two decimals are what the API wrote
            "amount": f"{operation.amount or 0:.2f}",
            "currency": "643",
            "datetime": _at(operation).isoformat(),
        },
        trusted=True,
    )
