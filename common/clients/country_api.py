"""One server's agent as main_api calls it."""

from common.service_client import ServiceClient
from models.agreement import (
    AgreementAnswer,
    AgreementQuestion,
    BucketsQuestion,
    HeldUsers,
)
from models.presence import ServerStatus, UserPresence
from models.servers import (
    PutUserAnswer,
    PutUsers,
    PutUsersAnswer,
    ServerDescription,
    ServerUser,
    ServerUsers,
)
from models.traffic import TrafficDays


class CountryApi:
    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def put_user(self, user: ServerUser, *, read_seconds: float | None = None) -> PutUserAnswer:
        """Store the desired state durably and bring the core to it; an older one is ignored."""
        return self._client.call(
            "PUT", f"/users/{user.key}", PutUserAnswer, body=user, read_seconds=read_seconds
        )

    def put_users(self, users: list[ServerUser]) -> PutUsersAnswer:
        """As `put_user`, for at most MOST_USERS at once, each of whom is taken or refused alone."""
        return self._client.call("PUT", "/users", PutUsersAnswer, body=PutUsers(users=users))

    def users(self) -> ServerUsers:
        return self._client.get("/users", ServerUsers)

    def describe(self) -> ServerDescription:
        return self._client.get("/description", ServerDescription)

    def agree(self, at: int, root: str) -> AgreementAnswer:
        """Whether the server wants the same users as we do (common/agreement.py)."""
        asked = AgreementQuestion(at=at, root=root)
        return self._client.post("/agreement", asked, AgreementAnswer)

    def held_users(self, at: int, buckets: list[int]) -> HeldUsers:
        asked = BucketsQuestion(at=at, buckets=buckets)
        return self._client.post("/agreement/users", asked, HeldUsers)

    def presence(self, key: str, *, read_seconds: float | None = None) -> UserPresence:
        """Where this user stands there now: on its disk, in its core."""
        return self._client.call(
            "GET", f"/users/{key}/presence", UserPresence, read_seconds=read_seconds
        )

    def status(self) -> ServerStatus:
        """NotFound from an agent of a version before this."""
        return self._client.get("/status", ServerStatus)

    def traffic_days(self, since: int) -> TrafficDays:
        """NotFound where the agent is older than this route."""
        return self._client.get("/traffic/days", TrafficDays, query={"since": since})
