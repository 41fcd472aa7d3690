"""What a fake server proves of its users and tells of itself; a test takes users from its core."""

from flask import Response
from flask_openapi3 import OpenAPI

from common.access_control import callers
from common.clock import Clock
from common.flask_app import answer
from models.codes import Service
from models.presence import KEYS_TOLD, MachineLoad, ServerStatus, UserPresence
from models.servers import ServerUser


class FakeProof:
    """`users` are those that the server holds, the `lost` ones are not in its core; `lies` is put
    over its status.
    """

    def __init__(self, users: dict[str, ServerUser], clock: Clock) -> None:
        self.users = users
        self.lost: set[str] = set()
        self.core_running = True
        self.cpu_busy = 0.0
        self.online: int | None = None
        self.lies: dict[str, object] = {}
        self._clock = clock

    def install(self, app: OpenAPI) -> None:
        mark = callers(Service.MAIN_API)

        def presence(key: str) -> Response:
            return answer(self._presence(key))

        def status() -> Response:
            return answer(self._status().model_copy(update=self.lies))

        app.add_url_rule("/users/<key>/presence", view_func=mark(presence))
        app.add_url_rule("/status", view_func=mark(status))

    def _live(self, key: str) -> bool:
        user = self.users.get(key)
        return bool(user and user.active and user.expires_at > self._clock())

    def _presence(self, key: str) -> UserPresence:
        user, live = self.users.get(key), self._live(key)
        return UserPresence(
            key=key,
            desired=live,
            revision=user.revision if user else None,
            expires_at=user.expires_at if user else None,
            on_disk=live,
            in_core=self.core_running and live and key not in self.lost,
            core_running=self.core_running,
            online=self.online,
        )

    def _status(self) -> ServerStatus:
        live = sorted(key for key in list(self.users) if self._live(key))
        missing = [key for key in live if key in self.lost or not self.core_running]
        return ServerStatus(
            life="0" * 16,
            started_at=self._clock(),
            clock=self._clock(),
            version="1",
            core_running=self.core_running,
            config_well=True,
            users_live=len(live),
            missing=len(missing),
            missing_keys=missing[:KEYS_TOLD],
            machine=MachineLoad(cpu_busy=self.cpu_busy),
        )
