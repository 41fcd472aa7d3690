"""How main_api and a server find out in which users they differ (common/agreement.py)."""

from typing import Annotated

from pydantic import Field

from models.servers import CoreId, UserKey
from models.users import Wire

Milliseconds = Annotated[int, Field(ge=0, lt=2**53)]
Root = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Bucket = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]
Life = Annotated[str, Field(pattern=r"^[0-9a-f]{0,16}$")]
MOST_HELD = 20_000


class AgreementQuestion(Wire):
    """Compared is who is let in after `at`, which main_api says, whatever the two clocks are."""

    at: Milliseconds
    root: Root


class AgreementAnswer(Wire):
    """All 256 buckets unless it is `equal`; `life` changes with each start of the agent."""

    equal: bool
    life: Life = ""
    buckets: Annotated[list[Bucket], Field(min_length=256, max_length=256)] | None = None


class BucketsQuestion(Wire):
    at: Milliseconds
    buckets: Annotated[list[Annotated[int, Field(ge=0, le=255)]], Field(max_length=256)]


class HeldUser(Wire):
    """`ends` is in Unix milliseconds."""

    key: UserKey
    core_id: CoreId
    ends: Milliseconds
    revision: Milliseconds


class HeldUsers(Wire):
    """Those of the buckets asked for whom the server lets in after `at`."""

    users: Annotated[list[HeldUser], Field(max_length=MOST_HELD)]


class AgreeRequest(Wire):
    """`address` picks one server. `force`: also when many would lose access by it."""

    address: Annotated[str, Field(max_length=300)] | None = None
    force: bool = False


class ServerAgreement(Wire):
    """What one server was found to hold otherwise than wanted, and that it is being repaired.

    `trouble` is the code of the error for which it could not be compared; `spared` are those who
    would lose access and do not, since they are suspiciously many.
    """

    address: str
    trouble: str | None = None
    equal: bool = False
    missing: int = 0
    extra: int = 0
    other: int = 0
    spared: int = 0


class ServerAgreements(Wire):
    servers: list[ServerAgreement]
