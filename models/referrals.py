"""Who invited whom, and what it earned."""

from typing import Literal

from pydantic import AwareDatetime

from models.users import Wire


class Earned(Wire):
    """One invited person, without a name. `state`: invited (has not paid yet), owed (paid, the days
    are just being added), earned, taken_back (the payment was refunded).
    """

    state: Literal["invited", "owed", "earned", "taken_back"]
    days: int
    invited_at: AwareDatetime
    paid_at: AwareDatetime | None


class Referrals(Wire):
    """`link` is the personal deep link; `latest` the last ones, newest first."""

    link: str
    reward_days: int
    invited: int
    paid: int
    days_earned: int
    latest: list[Earned]
