"""Rules that are added to the running core, which goes on with all its connections.

The messages are those of Xray since v26.5.3; an older one takes GeoIP messages in their place.
"""

from collections.abc import Iterable
from ipaddress import ip_address

from country_api.core import rules
from country_api.core.client import CoreClient, CoreError
from country_api.core.config import CoreKind, CorePlan
from country_api.core.proto import core_api_pb2 as pb

ADD = "app.router.command.RoutingService/AddRule"
THERE = "duplicate ruleTag"


class Routing:
    """Only where `can_add`: v2ray takes no rules while it runs."""

    def __init__(self, client: CoreClient, plan: CorePlan) -> None:
        self._client = client
        self.can_add = plan.kind is CoreKind.XRAY

    def shut(self, addresses: Iterable[str]) -> None:
        """Nobody reaches these from now on, under any name; raises CoreError. One that is shut in
        this way already stays so.

        They come after all other rules, none of which lets out what they are about, and by adding
        one there is no moment without any: `should_append` false would take away all others first.
        """
        for address in addresses:
            self._add(address)

    def _add(self, address: str) -> None:
        known = ip_address(address)
        cidr = pb.Cidr(ip=known.packed, prefix=known.max_prefixlen)
        rule = pb.RoutingRule(
            tag=rules.BLOCK,
            rule_tag=f"own-{known}",
            ip=[pb.IpRule(custom=pb.CidrRule(cidr=cidr))],
        )
        config = pb.TypedMessage(
            type=f"{self._client.prefix}.app.router.Config",
            value=pb.RouterConfig(rule=[rule]).SerializeToString(),
        )
        try:
            self._client.call(ADD, pb.AddRuleRequest(config=config, should_append=True), pb.Empty)
        except CoreError as refused:
            if THERE not in refused.told:
                raise
