"""The durable inbox: a provider hears 200 only when its event is committed here."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from common.clock import Clock, milliseconds
from models.codes import ProviderName
from models.payments import PaymentFact
from payments_webhook.database import Store

UNTRUSTED_AT_MOST = 1000
UNTRUSTED_PER_ORDER = 20
UNTRUSTED_KEPT = timedelta(hours=24)
FORGERY_KEPT = timedelta(minutes=1)
DELIVERED = "delivered:"
FIRST_RETRY_MS, LAST_RETRY_MS = 200, 30_000
EAGER_COPIES = 10


@dataclass(frozen=True)
class Event:
    """What a provider said. `event` and `external_id` with the provider are its key.

    `trusted`: signed by the provider, or a payment that we made; anybody can send the rest.
    """

    provider: ProviderName
    external_id: str
    event: str
    order_id: str
    body: Mapping[str, str]
    trusted: bool


@dataclass(frozen=True)
class Kept:
    """An event as it stands in the inbox; `fact` once it was verified."""

    id: int
    event: Event
    tries: int
    fact: PaymentFact | None


class Inbox:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def put(self, event: Event) -> bool:
        """Commit it, or open it again if it is known and main_api has not taken it.

        False: not stored, for too many untrusted ones wait. Raises StoreFailed.
        """
        now = milliseconds(self._clock())
        with self._store.writing() as db:
            known = db.execute(
                "SELECT id, copies, outcome FROM events"
                " WHERE provider = ? AND external_id = ? AND event = ?",
                (event.provider, event.external_id, event.event),
            ).fetchone()
            if known:
                _seen_again(db, known, now)
            elif not event.trusted and _crowded(db, event.order_id, now):
                return False
            else:
                _insert(db, event, now)
        return True

    def due(self, limit: int) -> list[Kept]:
        """What anybody could have sent comes last."""
        rows = self._store.rows(
            "SELECT * FROM events WHERE due_at <= ? ORDER BY trusted DESC, due_at, id LIMIT ?",
            milliseconds(self._clock()),
            limit,
        )
        return [_kept(row) for row in rows]

    def verified(self, kept_id: int, fact: PaymentFact) -> None:
        """The provider need not be asked again, however long main_api is away."""
        with self._store.writing() as db:
            db.execute(
                "UPDATE events SET fact = ?, trusted = 1 WHERE id = ?",
                (fact.model_dump_json(), kept_id),
            )

    def close(self, kept: Kept, outcome: str) -> None:
        """Nothing is to be done until the provider speaks again.

        Unless it has spoken while we worked on it: then it stays due.
        """
        with self._store.writing() as db:
            db.execute(
                "UPDATE events SET outcome = ?, due_at = NULL WHERE id = ? AND tries = ?",
                (outcome, kept.id, kept.tries),
            )

    def delivered(self, kept: Kept, outcome: str) -> None:
        """main_api has it: no repetition opens it again."""
        with self._store.writing() as db:
            db.execute(
                "UPDATE events SET outcome = ?, due_at = NULL WHERE id = ?",
                (DELIVERED + outcome, kept.id),
            )

    def later(self, kept: Kept) -> None:
        wait = min(FIRST_RETRY_MS * 2 ** min(kept.tries, 16), LAST_RETRY_MS)
        with self._store.writing() as db:
            db.execute(
                "UPDATE events SET tries = tries + 1, due_at = ? WHERE id = ?",
                (milliseconds(self._clock()) + wait, kept.id),
            )

    def has(self, provider: ProviderName, external_id: str) -> bool:
        """Whether something of that id is on its way to main_api, or there."""
        query = (
            "SELECT 1 FROM events WHERE provider = ? AND external_id = ? AND trusted = 1"
            " AND (due_at IS NOT NULL OR outcome LIKE ?)"
        )
        return self._store.row(query, provider, external_id, DELIVERED + "%") is not None

    def waiting(self) -> int:
        row = self._store.row("SELECT count(*) AS n FROM events WHERE due_at IS NOT NULL")
        return int(row["n"]) if row else 0

    def forget_untrusted(self) -> int:
        """What anybody could have sent, and what no provider knew, goes after a day."""
        before = milliseconds(self._clock() - UNTRUSTED_KEPT)
        with self._store.writing() as db:
            return db.execute(
                "DELETE FROM events WHERE trusted = 0 AND received_at < ?", (before,)
            ).rowcount


def _seen_again(db: sqlite3.Connection, known: sqlite3.Row, now: int) -> None:
    """A copy never stops the processing: a forged one may have come first."""
    if str(known["outcome"] or "").startswith(DELIVERED):
        db.execute("UPDATE events SET copies = copies + 1 WHERE id = ?", (known["id"],))
        return
    patience = 0 if known["copies"] < EAGER_COPIES else LAST_RETRY_MS
    db.execute(
        "UPDATE events SET copies = copies + 1, tries = tries + 1, outcome = NULL,"
        " due_at = min(coalesce(due_at, ?), ?) WHERE id = ?",
        (now + patience, now + patience, known["id"]),
    )


def _crowded(db: sqlite3.Connection, order_id: str, now: int) -> bool:
    """An order of ours has its own allowance; all that names none share one.

    In that of an order, forgeries found out soon make room: else a payer could keep out the true
    word of a refund for as long as the provider repeats it.
    """
    most = UNTRUSTED_AT_MOST
    if order_id:
        most = UNTRUSTED_PER_ORDER
        db.execute(
            "DELETE FROM events WHERE trusted = 0 AND order_id = ? AND due_at IS NULL"
            " AND received_at < ?",
            (order_id, now - FORGERY_KEPT // timedelta(milliseconds=1)),
        )
    (waiting,) = db.execute(
        "SELECT count(*) FROM events WHERE trusted = 0 AND order_id = ?", (order_id,)
    ).fetchone()
    return bool(waiting >= most)


def _insert(db: sqlite3.Connection, event: Event, now: int) -> None:
    db.execute(
        "INSERT INTO events"
        " (provider, external_id, event, order_id, body, trusted, received_at, due_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.provider, event.external_id, event.event, event.order_id,
            json.dumps(dict(event.body)), event.trusted, now, now,
        ),
    )  # fmt: skip


def _kept(row: sqlite3.Row) -> Kept:
    event = Event(
        provider=ProviderName(row["provider"]),
        external_id=row["external_id"],
        event=row["event"],
        order_id=row["order_id"],
        body=json.loads(row["body"]),
        trusted=bool(row["trusted"]),
    )
    fact = PaymentFact.model_validate_json(row["fact"]) if row["fact"] else None
    return Kept(row["id"], event, row["tries"], fact)
