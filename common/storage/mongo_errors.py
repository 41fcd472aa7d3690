"""The driver's errors in our words, without the values that a server puts into its texts."""

from types import TracebackType
from typing import final

from bson.errors import BSONError
from pymongo.errors import (
    BulkWriteError,
    DocumentTooLarge,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)

from common.storage.protocol import Refused, StorageUnavailable

_DUPLICATE = 11000
# BadValue, FailedToParse, TypeMismatch, PathNotViable, ConflictingUpdateOperators, ImmutableField,
# CannotCreateIndex, IndexOptionsConflict, IndexKeySpecsConflict, CannotIndexParallelArrays,
# BSONObjectTooLarge: the request does not fit, however often it is repeated
_MISFITS = frozenset({2, 9, 14, 28, 40, 66, 67, 85, 86, 171, 10334})


@final
class DriverErrors:
    """Turns the driver's errors into ours, without the values that a server puts into its text."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, DocumentTooLarge):
            raise Refused("a document over 16 MB") from None
        if isinstance(error, PyMongoError | BSONError):
            raise translated(error) from None


def translated(error: PyMongoError | BSONError) -> Exception:
    code = getattr(error, "code", None)
    details = getattr(error, "details", None) or {}
    if isinstance(error, BulkWriteError) and details.get("writeErrors"):
        details = details["writeErrors"][0]
        code = details.get("code")
    if isinstance(error, DuplicateKeyError) or code == _DUPLICATE:
        pattern = dict(details.get("keyPattern") or {})
        return DuplicateKeyError("duplicate key", _DUPLICATE, {"keyPattern": pattern})
    if isinstance(error, OperationFailure) and code in _MISFITS:
        return Refused(f"the database refused the request with code {code}")
    return StorageUnavailable(f"MongoDB: {type(error).__name__}, code {code}")
