"""What a store may ask of its database: the narrow subset that every backend answers alike."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from pymongo.errors import DuplicateKeyError

from common.errors import Unavailable

__all__ = [
    "ASCENDING", "DESCENDING", "Collection", "Database", "DeleteResult", "Document",
    "DuplicateKeyError", "Filter", "InsertManyResult", "InsertOneResult", "Projection",
    "Refused", "Sort", "StorageUnavailable", "Update", "UpdateResult",
]  # fmt: skip

ASCENDING: Final = 1
DESCENDING: Final = -1

Document = dict[str, Any]
Filter = Mapping[str, Any]
Update = Mapping[str, Any]
Sort = Sequence[tuple[str, int]]
Projection = Sequence[str] | Mapping[str, int]


class StorageUnavailable(Unavailable):
    """The database is away, full, locked or broken; whether a write was taken is not known."""

    code = "storage_unavailable"


class Refused(ValueError):
    """The request is outside the subset, or does not fit the stored document: a bug of the caller.

    Repeating it cannot help, so it is no StorageUnavailable. Of one document nothing was written;
    update_many may have changed others before it.
    """


@dataclass(frozen=True, slots=True)
class InsertOneResult:
    inserted_id: Any


@dataclass(frozen=True, slots=True)
class InsertManyResult:
    inserted_ids: list[Any]


@dataclass(frozen=True, slots=True)
class UpdateResult:
    """`modified_count` leaves out documents that the update found as it wanted them."""

    matched_count: int
    modified_count: int
    upserted_id: Any = None


@dataclass(frozen=True, slots=True)
class DeleteResult:
    deleted_count: int


class Collection(Protocol):
    """pymongo's names and meaning; atomic is one document, and nothing else.

    Values: None, str, bool, int (int64), aware datetime (cut to milliseconds), bytes, ObjectId,
    lists of these, and subdocuments of all of these; no float. `_id` is a str, an int or an
    ObjectId (made when absent).
    Filters: equality with a scalar, `$gt $gte $lt $lte $in $nin $ne $exists`, `$regex` of the form
    `^literal` (escaped by re.escape), `$and $or`; a scalar matches a list that contains it.
    Updates: `$set $unset $inc $min $max $setOnInsert`, and `$push $addToSet $pull` of a scalar.
    Every method raises StorageUnavailable, and Refused for what is outside this.
    Arguments are never changed; answers belong to the caller.
    """

    def find_one(
        self, where: Filter, projection: Projection | None = None, *, sort: Sort | None = None
    ) -> Document | None: ...

    def find(
        self,
        where: Filter,
        projection: Projection | None = None,
        *,
        sort: Sort | None = None,
        skip: int = 0,
        limit: int = 0,
    ) -> Iterator[Document]:
        """Without `sort` the order is not defined; `limit` 0 means all.

        The iterator is no snapshot: documents written meanwhile may or may not be seen.
        `projection` names the fields to include; `_id` always comes along.
        """
        ...

    def count_documents(self, where: Filter) -> int: ...

    def distinct(self, field: str, where: Filter | None = None) -> list[Any]: ...

    def insert_one(self, document: Mapping[str, Any]) -> InsertOneResult:
        """Raises DuplicateKeyError when `_id` or a unique index has it already."""
        ...

    def insert_many(self, documents: Iterable[Mapping[str, Any]]) -> InsertManyResult:
        """In order; at a DuplicateKeyError the documents before it are stored, none after it."""
        ...

    def update_one(self, where: Filter, update: Update, *, upsert: bool = False) -> UpdateResult:
        """`upsert` only with the filter `{"_id": value}`."""
        ...

    def update_many(self, where: Filter, update: Update) -> UpdateResult: ...

    def delete_one(self, where: Filter) -> DeleteResult: ...

    def delete_many(self, where: Filter) -> DeleteResult: ...

    def find_one_and_update(
        self, where: Filter, update: Update, *, sort: Sort | None = None, upsert: bool = False
    ) -> Document | None:
        """The document as it is AFTER the update, or None when nothing matched.

        Exactly one of several callers gets a document that the update takes out of the filter.
        """
        ...

    def create_index(self, keys: Sort, *, unique: bool = False) -> str:
        """Repeatable. An absent field counts as null. Raises DuplicateKeyError when the stored
        documents already break a unique index.
        """
        ...


class Database(Protocol):
    def __getitem__(self, name: str) -> Collection: ...

    def collection(self, name: str) -> Collection: ...

    def ping(self) -> None:
        """Raises StorageUnavailable when the database does not answer."""
        ...

    def close(self) -> None: ...
