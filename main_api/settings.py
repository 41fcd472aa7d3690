"""What main_api's three processes are told from outside."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from typing_extensions import override

from common.pinned_tls import normal_fingerprint
from common.service_auth import check_key
from common.settings import CallerKeys, HttpUrl, ServiceKey, Settings
from common.storage.connect import MongoUrl
from models.countries import ADDRESS
from models.users import DEFAULT_ZONE, Zone

COUNTRIES_FILE = Path(__file__).parent.parent / "models" / "countries_url.json"


def _fingerprints(value: object) -> object:
    """One, or a list of them."""
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, list | tuple) or not all(isinstance(it, str) for it in several):
        raise ValueError("a fingerprint is the certificate's SHA-256, 64 hex digits")
    return tuple(map(normal_fingerprint, several))


class ServerSecret(BaseModel):
    """What it takes to call one server's agent: the key that signs our tokens, and the fingerprint
    of the agent's certificate (two while it is being changed). Without one it is not called.
    """

    key: ServiceKey
    fingerprint: Annotated[tuple[str, ...], BeforeValidator(_fingerprints)] = ()


def _servers_secrets(value: object) -> object:
    data = json.loads(value) if isinstance(value, str) else value
    if not isinstance(data, dict):
        raise ValueError('must be an object of "ip:port" -> {"key": "...", "fingerprint": "..."}')  # noqa: TRY004 -- a bad value
    for address, secret in data.items():
        if not ADDRESS.match(address):
            raise ValueError(f"{address!r} is not ip:port")
        check_key(address, secret.get("key") if isinstance(secret, dict) else None)
    return data


ServersSecrets = Annotated[dict[str, ServerSecret], BeforeValidator(_servers_secrets)]


class MainSettings(Settings):
    """`public_url` is where the subscription pages are seen from outside, `bot_url` the bot's
    own address (https://t.me/...); `referral_days` is what an invited person's first payment earns
    the inviter (0: nothing); `owner_telegram_id` gets the alarms. Sales are counted by the days
    of `shop_time_zone`.
    """

    mongo_url: MongoUrl
    caller_keys: CallerKeys
    notify_service_url: HttpUrl
    notify_service_key: ServiceKey
    payments_webhook_url: HttpUrl
    payments_webhook_key: ServiceKey
    servers_secrets: Annotated[ServersSecrets, Field(default_factory=dict)]
    servers_secrets_file: Path | None = None
    countries_file: Path = COUNTRIES_FILE
    public_url: HttpUrl
    bot_url: HttpUrl
    trial_days: Annotated[int, Field(ge=1, le=365)] = 3
    max_access_days: Annotated[int, Field(ge=31, le=36500)] = 1100
    referral_days: Annotated[int, Field(ge=0, le=365)] = 10
    shop_time_zone: Zone = DEFAULT_ZONE
    owner_telegram_id: Annotated[int, Field(ge=1)] | None = None
    support_url: HttpUrl | None = None

    @override
    def addresses(self) -> list[str]:
        neighbours = [self.notify_service_url, self.payments_webhook_url, self.public_url]
        return neighbours + list(self.servers_secrets)

    @override
    def secrets(self) -> list[str]:
        callers = [key for keys in self.caller_keys.values() for key in keys]
        servers = [secret.key for secret in self.servers_secrets.values()]
        return [*callers, *servers, self.notify_service_key, self.payments_webhook_key]
