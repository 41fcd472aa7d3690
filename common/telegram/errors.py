"""What an answer of Telegram, or the lack of one, means for who sent: one table for everybody."""

import re
from enum import StrEnum

from telebot.apihelper import ApiHTTPException, ApiTelegramException


class Outcome(StrEnum):
    """How a call ended. Only RETRY_AFTER and UNAVAILABLE may be repeated: nothing was done.

    NOT_MODIFIED is a success. UNKNOWN: the request left and no answer came, so it may have been
    done; repeating it may do it twice. EDIT_IMPOSSIBLE: send a new message instead.
    """

    OK = "ok"
    RETRY_AFTER = "retry_after"
    BLOCKED = "blocked"
    GONE = "gone"
    NOT_MODIFIED = "not_modified"
    EDIT_IMPOSSIBLE = "edit_impossible"
    QUERY_TOO_OLD = "query_too_old"
    OUR_BUG = "our_bug"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 -- a word, not a token
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


class TelegramError(Exception):
    """A call that did not succeed; its text holds no token, no address and no message text.

    `retry_after` is in seconds and zero but for RETRY_AFTER.
    """

    def __init__(self, outcome: Outcome, description: str, *, retry_after: float = 0.0) -> None:
        super().__init__(f"{outcome}: {description}")
        self.outcome = outcome
        self.description = description
        self.retry_after = retry_after


class NothingSent(Exception):
    """No connection, so Telegram knows nothing of the call."""


class NoAnswer(Exception):
    """The request left, at least in part, and no whole answer came back."""


BY_TEXT: tuple[tuple[str, Outcome], ...] = (
    ("bot was blocked by the user", Outcome.BLOCKED),
    ("user is deactivated", Outcome.GONE),
    ("bot can't initiate conversation", Outcome.GONE),
    ("bot was kicked", Outcome.GONE),
    ("chat not found", Outcome.GONE),
    ("peer_id_invalid", Outcome.GONE),
    ("message is not modified", Outcome.NOT_MODIFIED),
    ("message to edit not found", Outcome.EDIT_IMPOSSIBLE),
    ("message can't be edited", Outcome.EDIT_IMPOSSIBLE),
    ("there is no text in the message to edit", Outcome.EDIT_IMPOSSIBLE),
    ("there is no caption in the message to edit", Outcome.EDIT_IMPOSSIBLE),
    ("message to delete not found", Outcome.EDIT_IMPOSSIBLE),
    ("message can't be deleted", Outcome.EDIT_IMPOSSIBLE),
    ("query is too old", Outcome.QUERY_TOO_OLD),
    ("method not found", Outcome.OUR_BUG),
)
BY_CODE = {
    401: Outcome.TOKEN_REVOKED,
    404: Outcome.TOKEN_REVOKED,
    409: Outcome.CONFLICT,
    504: Outcome.UNKNOWN,  # a gateway that gave up waiting: what stands behind it may have sent
}
REFUSED_ADDRESS = re.compile(r"URL '[^']*'")  # it may be somebody's own link
DEFAULT_RETRY_AFTER = 1.0
FIRST_SERVER_ERROR = 500
FLOOD = 429


def classify(error: Exception) -> TelegramError:
    """The meaning of whatever a call raised; what nobody knows is UNKNOWN, never repeated."""
    if isinstance(error, TelegramError):
        return error
    if isinstance(error, NothingSent):
        return TelegramError(Outcome.UNAVAILABLE, str(error))
    if isinstance(error, NoAnswer):
        return TelegramError(Outcome.UNKNOWN, str(error))
    if isinstance(error, ApiTelegramException):
        return _refused(error)
    if isinstance(error, ApiHTTPException):
        return _no_bot_api(error)
    return TelegramError(Outcome.UNKNOWN, type(error).__name__)


def _refused(error: ApiTelegramException) -> TelegramError:
    code, description = int(error.error_code), REFUSED_ADDRESS.sub("URL", error.description)
    if code == FLOOD:
        return TelegramError(
            Outcome.RETRY_AFTER, "too many requests", retry_after=_retry_after(error)
        )
    lowered = description.lower()
    for text, outcome in BY_TEXT:
        if text in lowered:
            return TelegramError(outcome, description)
    return TelegramError(_by_code(code), description)


def _by_code(code: int) -> Outcome:
    if code in BY_CODE:
        return BY_CODE[code]
    return Outcome.UNAVAILABLE if code >= FIRST_SERVER_ERROR else Outcome.OUR_BUG


def _retry_after(error: ApiTelegramException) -> float:
    try:
        return max(float(error.result_json["parameters"]["retry_after"]), 0.0)
    except (KeyError, TypeError, ValueError):
        return DEFAULT_RETRY_AFTER


def _no_bot_api(error: ApiHTTPException) -> TelegramError:
    """A page instead of JSON: a gateway, a proxy or a provider's block answered, not Telegram."""
    status = int(error.result.status_code)
    outcome = BY_CODE[504] if status == 504 else Outcome.UNAVAILABLE  # noqa: PLR2004 -- HTTP
    return TelegramError(outcome, f"HTTP {status} without JSON")
