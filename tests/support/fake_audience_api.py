"""The fake main_api with audiences: everybody who has not blocked the bot, the admin left out."""

from dataclasses import dataclass, field

from typing_extensions import override

from models.admin import AudienceCount, AudienceCounts, AudiencePage, Noted, Recipient
from models.codes import Audience
from models.servers import ServerState, ServerStates
from models.users import Language
from tests.support.fake_admin_api import FakeAdminApi


@dataclass
class FakeAudienceApi(FakeAdminApi):
    """`left_out`: Telegram ids in no audience; `notes`: acts that are on no user."""

    left_out: frozenset[int] = frozenset()
    notes: list[Noted] = field(default_factory=list)

    @override
    def audience(
        self, audience: Audience, language: Language | None, *, after: int = 0
    ) -> AudiencePage:
        self._reach()
        return AudiencePage(recipients=self._members(audience, language), after=None)

    @override
    def audience_counts(self) -> AudienceCounts:
        self._reach()
        languages: tuple[Language | None, ...] = (None, "ru", "en")
        counts = [
            AudienceCount(
                audience=audience, language=language, people=len(self._members(audience, language))
            )
            for audience in Audience
            for language in languages
        ]
        return AudienceCounts(counts=counts)

    @override
    def servers(self) -> ServerStates:
        self._reach()
        return ServerStates(
            servers=[
                ServerState(
                    country=country, address="192.0.2.1:443", reachable=True, pending_users=0,
                    described=True,
                )
                for country in self.countries
            ]
        )  # fmt: skip

    @override
    def note_broadcast(self, act: Noted) -> None:
        self._reach()
        self.notes.append(act)

    def _members(self, audience: Audience, language: Language | None) -> list[Recipient]:
        now = self.clock()
        rules = {
            Audience.ALL: True,
            Audience.ACTIVE: lambda user: user.expires_at and user.expires_at > now,
        }
        rule = rules.get(audience, False)
        return [
            Recipient(telegram_id=user.telegram_id, language=user.language)
            for user in self.users.values()
            if user.telegram_id not in self.left_out and language in (None, user.language)
            if (rule(user) if callable(rule) else rule)
        ]
