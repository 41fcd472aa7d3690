"""What this server says of itself: the link parameters that a client needs to reach it."""

from common.version import VERSION
from country_api.settings import CountrySettings
from models.servers import ServerDescription


def describe(settings: CountrySettings, life: str = "") -> ServerDescription:
    plan = settings.plan()
    common = ServerDescription(
        host=settings.public_host,
        port=settings.public_port,
        protocol=plan.protocol,
        flow=plan.flow,
        core=plan.kind.value,
        version=VERSION,
        life=life,
    )
    if not plan.reality:
        return common
    return common.model_copy(
        update={
            "security": "reality",
            "sni": plan.reality.server_name,
            "fingerprint": "chrome",
            "public_key": settings.reality_public_key,
            "short_id": plan.reality.short_ids[0],
            "spider_x": "/",
        }
    )
