"""What main_api and a server abroad say to each other."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from models.users import Wire

UserKey = Annotated[str, Field(pattern=r"^u[1-9][0-9]{0,15}$")]
"""A user's name in a core: "u" and our user id; no personal data (it stands in the core's logs)."""

CoreId = Annotated[
    str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]
"""The UUID by which a core knows a user; Xray ignores bytes 6-7, so uniqueness masks them."""


class ServerUser(Wire):
    """Desired state of one user on one server. `expires_at` is enforced by the agent's own clock;
    `revision` grows with every change, an older one is not applied. `active` false = removed.
    """

    key: UserKey
    core_id: CoreId
    expires_at: AwareDatetime
    revision: Annotated[int, Field(ge=0, lt=2**53)]
    active: bool = True


class PutUserAnswer(Wire):
    """`in_core` is what the core said: false while it is down (the agent puts the user there when
    it returns); `revision` is the one the server now holds, which may be newer than the one sent.
    """

    key: UserKey
    revision: int
    in_core: bool


MOST_USERS = 200
"""In one call; they stay below the limit of a request's body."""


class PutUsers(Wire):
    users: Annotated[list[ServerUser], Field(min_length=1, max_length=MOST_USERS)]


class UserAnswer(PutUserAnswer):
    """`refused` is the code of this user's own error: of him alone nothing was taken then."""

    revision: int = 0
    in_core: bool = False
    refused: str | None = None


class PutUsersAnswer(Wire):
    """In the order in which the users were sent."""

    answers: list[UserAnswer]


class ListedUser(ServerUser):
    """`in_core` is null where the core cannot list its users (v2ray)."""

    in_core: bool | None = None


class ServerUsers(Wire):
    users: list[ListedUser]
    core_running: bool


Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]
Token = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/+=@ -]{0,256}$")]


class ServerDescription(Wire, frozen=True):
    """A server's own link parameters, in the vocabulary of share links (facts: discussion 716);
    `life` is another one at each start of the agent.
    """

    host: Host
    port: Annotated[int, Field(ge=1, le=65535)]
    protocol: Literal["vless"] = "vless"
    flow: Literal["", "xtls-rprx-vision"] = ""
    network: Literal["tcp"] = "tcp"
    security: Literal["none", "reality"] = "none"
    sni: Token = ""
    fingerprint: Token = ""
    public_key: Token = ""
    short_id: Token = ""
    spider_x: Token = ""
    core: Token = ""
    version: Token = ""
    life: Token = ""


class ServerState(Wire):
    """A server as main_api sees it: reachable now, and since when not."""

    country: str
    address: str
    reachable: bool
    pending_users: int
    described: bool


class ServerStates(Wire):
    servers: list[ServerState]
