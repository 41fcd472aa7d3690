"""main_api as its neighbours call it."""

from urllib.parse import quote

from common.service_client import ServiceClient
from models.access import Access, GrantRequest, Links, SubscriptionStatus
from models.admin import (
    Act,
    ActDone,
    AddTime,
    AdminPayments,
    AudienceCounts,
    AudiencePage,
    AuditLines,
    Ban,
    Noted,
    Statistics,
    UserCard,
)
from models.codes import Audience
from models.payments import Confirmed, CreatePaymentRequest, Payment, PaymentCreated, PaymentFact
from models.presence import Presence
from models.referrals import Referrals
from models.servers import ServerStates
from models.tariffs import Tariffs
from models.traffic import LimitedUsage, Usage, UserTraffic
from models.users import Language, RegisterRequest, Removal, User, UserChange, UserIds


class MainApi:
    """Every method raises common.errors; Unavailable is the only one that means "try again"."""

    def __init__(self, client: ServiceClient) -> None:
        self._client = client

    def register(self, request: RegisterRequest) -> User:
        """The user, made if new; repeating it refreshes the names."""
        return self._client.post("/api/v1/users/register", request, User)

    def user(self, user_id: int) -> User:
        return self._client.get(f"/api/v1/users/{user_id}", User)

    def user_by_telegram(self, telegram_id: int) -> User:
        return self._client.get(f"/api/v1/users/by-telegram/{telegram_id}", User)

    def user_by_username(self, username: str) -> User:
        return self._client.get(f"/api/v1/users/by-username/{quote(username, safe='')}", User)

    def user_ids(self) -> UserIds:
        return self._client.get("/api/v1/users/ids", UserIds)

    def change_user(self, user_id: int, change: UserChange) -> User:
        return self._client.call("PATCH", f"/api/v1/users/{user_id}", User, body=change)

    def tariffs(self, language: str) -> Tariffs:
        return self._client.get("/api/v1/tariffs", Tariffs, query={"language": language})

    def take_trial(self, user_id: int) -> Access:
        """Raises Conflict `trial_taken` the second time, or when access was already paid for."""
        return self._client.post(f"/api/v1/users/{user_id}/trial", None, Access)

    def grant(self, request: GrantRequest) -> Access:
        return self._client.post("/api/v1/access/grant", request, Access)

    def links(self, user_id: int) -> Links:
        """The subscription address and one link a server; Gone when access has ended."""
        return self._client.get(f"/api/v1/subscriptions/{user_id}/config", Links)

    def replace_links(self, user_id: int) -> Links:
        """A new token and new ids in every core; the old address stops working."""
        return self._client.post(f"/api/v1/subscriptions/{user_id}/config/replace", None, Links)

    def status(self, user_id: int) -> SubscriptionStatus:
        """NotFound for an unknown user or one who never had access; Gone when it has ended."""
        return self._client.get(f"/api/v1/subscriptions/{user_id}/status", SubscriptionStatus)

    def presence(self, user_id: int) -> Presence:
        """Every server is asked; one that does not answer within 1.5 s is told as silent."""
        return self._client.get(f"/api/v1/users/{user_id}/presence", Presence)

    def servers(self) -> ServerStates:
        return self._client.get("/api/v1/servers", ServerStates)

    def create_payment(self, request: CreatePaymentRequest) -> PaymentCreated:
        return self._client.post("/api/v1/payments/create", request, PaymentCreated)

    def payment(self, payment_id: str) -> Payment:
        return self._client.get(f"/api/v1/payments/{payment_id}", Payment)

    def card(self, user_id: int) -> UserCard:
        return self._client.get(f"/api/v1/admin/users/{user_id}/card", UserCard)

    def traffic(self, user_id: int, days: int = 30) -> UserTraffic:
        query = {"days": days}
        return self._client.get(f"/api/v1/users/{user_id}/traffic", UserTraffic, query=query)

    def limited_usage(self, user_id: int) -> Usage | None:
        """None where his tariff limits nothing; that costs main_api next to nothing."""
        return self._client.get(f"/api/v1/users/{user_id}/traffic/limits", LimitedUsage).usage

    def payments_of(self, user_id: int) -> AdminPayments:
        return self._client.get(f"/api/v1/admin/users/{user_id}/payments", AdminPayments)

    def add_time(self, user_id: int, act: AddTime) -> ActDone:
        """Raises Invalid `access_too_long` over the maximum, with `max_days`."""
        return self._client.post(f"/api/v1/admin/users/{user_id}/time", act, ActDone)

    def revoke(self, user_id: int, act: Act) -> ActDone:
        return self._client.post(f"/api/v1/admin/users/{user_id}/revoke", act, ActDone)

    def ban(self, user_id: int, act: Ban) -> ActDone:
        return self._client.post(f"/api/v1/admin/users/{user_id}/ban", act, ActDone)

    def new_link(self, user_id: int, act: Act) -> ActDone:
        """A new token and new ids in every core; the old address stops working."""
        return self._client.post(f"/api/v1/admin/users/{user_id}/link", act, ActDone)

    def note(self, user_id: int, act: Noted) -> ActDone:
        """A line in the audit log about an act on this user that main_api did not do itself."""
        return self._client.post(f"/api/v1/admin/users/{user_id}/note", act, ActDone)

    def audit_of(self, user_id: int) -> AuditLines:
        return self._client.get(f"/api/v1/admin/users/{user_id}/audit", AuditLines)

    def note_broadcast(self, act: Noted) -> None:
        """A line in the audit log about an act that is not on one user."""
        self._client.post("/api/v1/admin/notes", act, AuditLines)

    def statistics(self) -> Statistics:
        return self._client.get("/api/v1/admin/statistics", Statistics)

    def audience_counts(self) -> AudienceCounts:
        return self._client.get("/api/v1/audiences", AudienceCounts)

    def audience(
        self, audience: Audience, language: Language | None, *, after: int = 0
    ) -> AudiencePage:
        """A page of recipients whose user ids are beyond `after`."""
        query = {"after": str(after)} | ({"language": language} if language else {})
        return self._client.get(f"/api/v1/audiences/{audience}", AudiencePage, query=query)

    def referrals(self, user_id: int) -> Referrals:
        return self._client.get(f"/api/v1/users/{user_id}/referrals", Referrals)

    def delete_me(self, user_id: int) -> Removal:
        """The customer's own wish: from the servers first, then the data."""
        return self._client.call("DELETE", f"/api/v1/users/{user_id}/data", Removal)

    def confirm(self, fact: PaymentFact) -> Confirmed:
        """Take a verified fact durably, once; safe to repeat for ever."""
        return self._client.post("/api/v1/payments/confirm", fact, Confirmed)
