"""Orders that may be paid here, and the YooKassa payments that were made for them."""

import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from common.clock import Clock, milliseconds
from common.errors import Conflict
from models.payments import CheckoutRequest
from payments_webhook.database import Store

WATCHED = timedelta(days=7)
FIRST_CHECK = timedelta(seconds=60)


@dataclass(frozen=True)
class Opened:
    """A checkout as it stands. `paid`: the provider's word for it has been verified."""

    request: CheckoutRequest
    paid: bool


@dataclass(frozen=True)
class Attempt:
    """One payment at YooKassa; its id is None until the answer came. `number` begins at 1, `age_ms`
    is how long ago YooKassa was last asked, `dead` that it was canceled.
    """

    order_id: str
    number: int
    payment_id: str | None
    pay_url: str | None
    age_ms: int
    dead: bool

    @property
    def key(self) -> str:
        """The Idempotence-Key: the same for every repetition of this attempt."""
        return self.order_id if self.number == 1 else f"{self.order_id[:60]}-{self.number}"


class Checkouts:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def open(self, request: CheckoutRequest) -> None:
        """Once by order id; raises Conflict when the order was opened with another sum."""
        with self._store.writing() as db:
            db.execute(
                "INSERT INTO checkouts (order_id, user_id, tariff_id, amount_kopecks, currency,"
                " description, language, return_url, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    request.order_id, request.user_id, request.tariff_id, request.amount_kopecks,
                    request.currency, request.description, request.language, request.return_url,
                    milliseconds(self._clock()),
                ),
            )  # fmt: skip
        opened = self.find(request.order_id)
        price = (request.amount_kopecks, request.currency)
        if opened is None or (opened.request.amount_kopecks, opened.request.currency) != price:
            raise Conflict("this order was opened with another sum", code="other_sum")

    def find(self, order_id: str) -> Opened | None:
        row = self._store.row("SELECT * FROM checkouts WHERE order_id = ?", order_id)
        if row is None:
            return None
        names = CheckoutRequest.model_fields
        request = CheckoutRequest.model_validate({name: row[name] for name in names})
        return Opened(request, paid=row["paid_at"] is not None)

    def mark_paid(self, order_id: str) -> None:
        with self._store.writing() as db:
            db.execute(
                "UPDATE checkouts SET paid_at = ? WHERE order_id = ? AND paid_at IS NULL",
                (milliseconds(self._clock()), order_id),
            )

    def order_of(self, payment_id: str) -> str | None:
        row = self._store.row("SELECT order_id FROM attempts WHERE payment_id = ?", payment_id)
        return str(row["order_id"]) if row else None

    def attempt(self, order_id: str) -> Attempt:
        """The newest one, begun (and committed, before YooKassa is called) if there is none."""
        return self._newest(order_id) or self._begin(order_id, 1)

    def next_attempt(self, after: Attempt) -> Attempt:
        """Another one, since YooKassa has closed that one unpaid; once, however many ask."""
        return self._begin(after.order_id, after.number + 1)

    def made(self, attempt: Attempt, payment_id: str, pay_url: str) -> None:
        now = self._clock()
        with self._store.writing() as db:
            db.execute(
                "UPDATE attempts SET payment_id = ?, pay_url = ?, seen_at = ?, check_at = ?"
                " WHERE order_id = ? AND number = ?",
                (
                    payment_id, pay_url, milliseconds(now), milliseconds(now + FIRST_CHECK),
                    attempt.order_id, attempt.number,
                ),
            )  # fmt: skip

    def seen_open(self, attempt: Attempt) -> None:
        """YooKassa says that it is still to be paid: ask again when a quarter of its age has gone,
        and give up after a week.
        """
        now = self._clock()
        with self._store.writing() as db:
            db.execute(
                "UPDATE attempts SET seen_at = :now, check_at = CASE"
                " WHEN :now - created_at > :watched THEN NULL"
                " ELSE :now + max(:first, (:now - created_at) / 4) END"
                " WHERE order_id = :order_id AND number = :number",
                {
                    "now": milliseconds(now),
                    "watched": WATCHED // timedelta(milliseconds=1),
                    "first": FIRST_CHECK // timedelta(milliseconds=1),
                    "order_id": attempt.order_id,
                    "number": attempt.number,
                },
            )

    def unwatch(self, payment_id: str) -> None:
        """Its end is known and on its way to main_api."""
        with self._store.writing() as db:
            db.execute("UPDATE attempts SET check_at = NULL WHERE payment_id = ?", (payment_id,))

    def canceled(self, payment_id: str) -> None:
        """It cannot be paid any more: the next payer gets another one."""
        with self._store.writing() as db:
            db.execute(
                "UPDATE attempts SET check_at = NULL, pay_url = NULL WHERE payment_id = ?",
                (payment_id,),
            )

    def to_check(self, limit: int) -> list[Attempt]:
        now = milliseconds(self._clock())
        rows = self._store.rows(
            "SELECT * FROM attempts WHERE check_at <= ? ORDER BY check_at LIMIT ?", now, limit
        )
        return [self._attempt(row) for row in rows]

    def _newest(self, order_id: str) -> Attempt | None:
        row = self._store.row(
            "SELECT * FROM attempts WHERE order_id = ? ORDER BY number DESC LIMIT 1", order_id
        )
        return self._attempt(row) if row else None

    def _begin(self, order_id: str, number: int) -> Attempt:
        now = milliseconds(self._clock())
        with self._store.writing() as db:
            db.execute(
                "INSERT INTO attempts (order_id, number, created_at, seen_at)"
                " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (order_id, number, now, now),
            )
        newest = self._newest(order_id)
        assert newest is not None
        return newest

    def _attempt(self, row: sqlite3.Row) -> Attempt:
        return Attempt(
            order_id=row["order_id"],
            number=row["number"],
            payment_id=row["payment_id"],
            pay_url=row["pay_url"],
            age_ms=milliseconds(self._clock()) - row["seen_at"],
            dead=row["payment_id"] is not None and row["pay_url"] is None,
        )
