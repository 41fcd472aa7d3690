"""Whom the servers should let in: the one rule, for a user and as a search.

Withheld is who has reached a limit at which the operator lets cut (main_api/withholding): his
access is what he has paid for, and no server has him for the time being.
"""

from datetime import datetime
from typing import Any, Final

from models.codes import Withheld

FIELDS: Final = ("expires_at", "banned", "deleting", "withheld")
RETURNED: Final[dict[str, Any]] = {
    "withheld": None,
    "withheld_at": None,
    "withheld_until": None,
    "withheld_limit": None,
    "withheld_untold": False,
}
"""What makes somebody desired again who was withheld."""


def let_in_until(
    *, expires_at: datetime | None, banned: bool, deleting: bool, withheld: Withheld | None
) -> datetime | None:
    """None: not at all; a moment may have passed."""
    return None if banned or deleting or withheld else expires_at


def are_let_in(now: datetime) -> dict[str, Any]:
    """A filter for the same; who is older than withholding lacks that field."""
    return {
        "expires_at": {"$gt": now},
        "banned": False,
        "deleting": False,
        "withheld": None,
    }
