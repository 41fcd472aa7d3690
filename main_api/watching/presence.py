"""Proof of access: all servers are asked at once where one user stands."""

from collections.abc import Mapping

from common.clock import Clock
from common.errors import NotFound, ServiceError
from main_api.users.record import UserRecord
from main_api.vpn_api.core_ids import user_key
from main_api.vpn_api.servers import Place, Server, Servers
from main_api.watching.questions import Questions
from models.presence import PlacePresence, Presence, UserPresence, Verdict

DEADLINE_SECONDS = 1.5
AT_ONCE = 3
Answer = UserPresence | ServiceError | None


class Presences:
    def __init__(
        self, servers: Servers, clock: Clock, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._servers = servers
        self._clock = clock
        self._deadline_seconds = deadline_seconds
        self._questions = Questions[UserPresence](deadline_seconds, AT_ONCE)

    def of(self, user: UserRecord) -> Presence:
        """Answers within the deadline whatever the servers do."""
        key, places = user_key(user.user_id), self._servers.places()

        def presence(server: Server) -> UserPresence:
            return server.api.presence(key, read_seconds=self._deadline_seconds)

        called = [place.server for place in places if place.server]
        answers = self._questions.ask(called, presence, about=key)
        return self._judged(user, places, answers)

    def _judged(
        self, user: UserRecord, places: list[Place], answers: Mapping[str, Answer]
    ) -> Presence:
        desired = user.let_in_at(self._clock())
        found = [
            _found(user, place, answers.get(place.address), desired=desired) for place in places
        ]
        return Presence(
            user_id=user.user_id,
            desired=desired,
            revision=user.revision,
            perfect=all(place.verdict in {"there", "gone"} for place in found),
            places=found,
        )


def _found(user: UserRecord, place: Place, answer: Answer, *, desired: bool) -> PlacePresence:
    """What another user's presence was answered with is nobody's."""
    told = answer if isinstance(answer, UserPresence) else None
    if told and told.key != user_key(user.user_id):
        told = None
    return PlacePresence(
        country=place.country,
        address=place.address,
        pending=place.address in user.pending,
        verdict=_verdict(user, told, desired=desired) if told else _unanswered(answer),
        found=told,
    )


def _unanswered(answer: Answer) -> Verdict:
    return "untold" if isinstance(answer, NotFound) else "silent"


def _verdict(user: UserRecord, told: UserPresence, *, desired: bool) -> Verdict:
    """Where the core cannot list and nothing was heard of him, the agent's wish has to do."""
    if not desired:
        return "lingers" if told.desired or told.in_core else "gone"
    right = told.desired and _newest(user, told) and told.core_running
    return "there" if right and told.in_core is not False else "missing"


def _newest(user: UserRecord, told: UserPresence) -> bool:
    """The later revisions may have been for other servers alone: a repair, one that has joined."""
    return told.revision is not None and user.access_revision <= told.revision <= user.revision
