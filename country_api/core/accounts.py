"""The users of the core's inbound: add, remove, list, and what all have transferred.

An account of another protocol than the inbound's makes the whole core panic (an unchecked cast in
its validators), so only accounts of `plan.protocol` are ever made here, for the tag that the same
plan wrote into the core's config; the tag names the protocol, so that a core which runs some other
config answers "handler not found" instead. A name is an email to the core, and compared in lower
case; an id is compared without its bytes 6-7 (Xray ignores them).
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from country_api.core.client import CoreClient, CoreError
from country_api.core.config import CoreKind, CorePlan
from country_api.core.proto import core_api_pb2 as pb

ALTER = "app.proxyman.command.HandlerService/AlterInbound"
LIST = "app.proxyman.command.HandlerService/GetInboundUsers"
QUERY = "app.stats.command.StatsService/QueryStats"
EXISTS = re.compile(r"User .* already exists")
MISSING = re.compile(r"User .* not found")


Failures = dict[str, CoreError]
"""Of several users, those with whom it failed."""


def masked(core_id: str) -> str:
    """Two ids that are equal like this are one user to Xray."""
    return core_id[:14] + "0000" + core_id[18:]


class Accounts:
    def __init__(self, client: CoreClient, plan: CorePlan) -> None:
        self._client = client
        self._plan = plan
        self.can_list = plan.kind is CoreKind.XRAY

    def add(self, users: Mapping[str, str]) -> Failures:
        """Put these there, key -> id, instead of whatever stands under their names."""
        failed = self._add(users)
        there = [key for key, failure in failed.items() if EXISTS.search(failure.told)]
        if not there:
            return failed
        kept = self.remove(there)
        again = {key: users[key] for key in there if key not in kept}
        rest = {key: failure for key, failure in failed.items() if key not in there}
        return rest | kept | self._add(again)

    def _add(self, users: Mapping[str, str]) -> Failures:
        return self._alter("AddUserOperation", {k: self._added(k, i) for k, i in users.items()})

    def _added(self, key: str, core_id: str) -> pb.AddUserOperation:
        account = pb.VlessAccount(id=core_id, flow=self._plan.flow)
        typed = self._typed("proxy.vless.Account", account)
        return pb.AddUserOperation(user=pb.User(level=0, email=key, account=typed))

    def remove(self, keys: Sequence[str]) -> Failures:
        """New connections are refused from now on; living ones go on. Absent is fine."""
        told = {key: pb.RemoveUserOperation(email=key) for key in keys}
        failed = self._alter("RemoveUserOperation", told)
        return {key: it for key, it in failed.items() if not MISSING.search(it.told)}

    def _alter(
        self,
        operation: str,
        messages: Mapping[str, pb.AddUserOperation] | Mapping[str, pb.RemoveUserOperation],
    ) -> Failures:
        if not messages:
            return {}
        requests = [
            pb.AlterInboundRequest(
                tag=self._plan.tag,
                operation=self._typed(f"app.proxyman.command.{operation}", message),
            )
            for message in messages.values()
        ]
        failures = self._client.failures(ALTER, requests)
        return {key: it for key, it in zip(messages, failures, strict=True) if it is not None}

    def _typed(
        self,
        name: str,
        message: pb.VlessAccount | pb.AddUserOperation | pb.RemoveUserOperation,
    ) -> pb.TypedMessage:
        return pb.TypedMessage(
            type=f"{self._client.prefix}.{name}", value=message.SerializeToString()
        )

    def listed(self) -> dict[str, str]:
        """Name -> id, as `each` has them."""
        return dict(self.each())

    def each(self) -> Iterator[tuple[str, str]]:
        """Name and id as the core has them now, of all; an account with another flow
        counts as no id.

        Only where `can_list`. Xray lists a user it has lost as an empty one, which is left out.
        """
        request = pb.GetInboundUserRequest(tag=self._plan.tag)
        answer = self._client.call(LIST, request, pb.GetInboundUserResponse, seconds=5.0)
        users = map(pb.User.FromString, answer.users)
        return ((user.email, self._id_of(user)) for user in users if user.email)

    def id_of(self, key: str) -> str | None:
        """As `each` has it, of one; raises CoreError."""
        request = pb.GetInboundUserRequest(tag=self._plan.tag, email=key)
        answer = self._client.call(LIST, request, pb.GetInboundUserResponse)
        users = map(pb.User.FromString, answer.users)
        return next((self._id_of(user) for user in users if user.email), None)

    def _id_of(self, user: pb.User) -> str:
        account = pb.VlessAccount.FromString(user.account.value)
        return account.id if account.flow == self._plan.flow else ""

    def carried(self) -> int | None:
        """Bytes of all users in both directions since the core's start; None while it is away."""
        request = pb.QueryStatsRequest(pattern=f"inbound>>>{self._plan.tag}>>>", reset=False)
        try:
            answer = self._client.call(QUERY, request, pb.QueryStatsResponse, seconds=0.5)
        except CoreError:
            return None
        return sum(stat.value for stat in answer.stat)
