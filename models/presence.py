"""Proof of access: what a server says of one user and of itself, and what main_api makes of it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from models.servers import UserKey
from models.users import UserId, Wire

Count = Annotated[int, Field(ge=0, le=10_000_000)]
Total = Annotated[int, Field(ge=0, lt=2**53)]
Bytes = Annotated[int, Field(ge=0, lt=2**60)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=10**10, allow_inf_nan=False)]
Revision = Annotated[int, Field(ge=0, lt=2**53)]

KEYS_TOLD = 200


class UserPresence(Wire):
    """One user on one server, as its agent sees him this moment.

    `desired`: the agent's store wants him served, by its clock. `revision` is null for somebody of
    whom it knows nothing. `on_disk`: his present id stands in the core's config file. `in_core`:
    the core has it, by its own list, or by its answer when he was added where it cannot list; null
    when neither is known, false while it does not run. `online` is a number of addresses; null
    where the core does not count them.
    """

    key: UserKey
    desired: bool
    revision: Revision | None
    expires_at: AwareDatetime | None
    on_disk: bool
    in_core: bool | None
    core_running: bool
    last_traffic_at: AwareDatetime | None = None
    online: Count | None = None


class MachineLoad(Wire):
    """`cpu_busy` is the share of all its processors' time since the last question, `load` the
    average of one minute for each of them. The bytes are those of the customers, both directions.
    """

    cpu_busy: Share = 0.0
    load: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] = 0.0
    memory_available_bytes: Bytes = 0
    disk_free_bytes: Bytes = 0
    bytes_per_second: Bytes = 0


class ServerStatus(Wire):
    """A server's health by its own word, which is checked and bounded but not proven.

    `life` is drawn anew when the agent starts. `missing` of the `users_live` are not in the core,
    the first `KEYS_TOLD` of them by name; `missing_seconds` is how long the first has been missing.
    `connections_cut` are those of users who are gone, since the agent's start; `users_uncut` are
    gone and connected all the same, null when that is not known.
    """

    life: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    started_at: AwareDatetime
    clock: AwareDatetime
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.+-]{0,64}$")]
    core_running: bool
    core_uptime_seconds: Count | None = None
    config_well: bool
    users_live: Count
    users_online: Count | None = None
    missing: Count = 0
    missing_keys: Annotated[list[UserKey], Field(max_length=KEYS_TOLD)] = []
    missing_seconds: Seconds = 0.0
    connections_cut: Total = 0
    users_uncut: Count | None = None
    machine: MachineLoad = MachineLoad()


Verdict = Literal["there", "gone", "missing", "lingers", "silent", "untold"]


class PlacePresence(Wire):
    """A user on one server. `verdict`: `there` or `gone` as it should be; `missing` though he has
    access; `lingers` though he has none; `silent`: the server did not answer in time; `untold`: its
    agent is of a version that cannot tell. `pending`: it is still to be told his newest state.
    """

    country: str
    address: str
    pending: bool
    verdict: Verdict
    found: UserPresence | None = None


class Presence(Wire):
    """`desired` is what every server should have, `perfect` when all do. `revision` is the newest;
    the last ones may have been for single servers, to which the same was told again.
    """

    user_id: UserId
    desired: bool
    revision: Revision
    perfect: bool
    places: list[PlacePresence]
