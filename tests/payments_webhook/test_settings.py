"""Each provider is on when its variables are set, whole or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from common.settings import BadSettings, load
from models.codes import ProviderName
from payments_webhook.providers.registry import BUILDERS
from payments_webhook.settings import PaymentsWebhookSettings

WHOLE = {
    "STATE_DIR": "/var/lib/keyland/payments",
    "CALLER_KEYS": '{"main_api": ["kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"]}',
    "MAIN_API_URL": "http://127.0.0.1:8001",
    "MAIN_API_KEY": "k" * 32,
    "PUBLIC_URL": "https://pay.example.org",
}
YOOMONEY = {"YOOMONEY_WALLET": "410011234567890", "YOOMONEY_SECRET": "word"}
YOOKASSA = {"YOOKASSA_SHOP_ID": "100500", "YOOKASSA_SECRET_KEY": "live_key"}


def read(**given: str) -> PaymentsWebhookSettings:
    return load(PaymentsWebhookSettings, WHOLE | given)


def test_every_provider_may_be_off() -> None:
    assert (read().yoomoney_wallet, read().yookassa_shop_id) == (None, None)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"YOOMONEY_WALLET": "410011234567890"}, "YOOMONEY_SECRET"),
        ({"YOOMONEY_SECRET": "word"}, "YOOMONEY_WALLET"),
        ({"YOOMONEY_TOKEN": "token"}, "YOOMONEY_WALLET, YOOMONEY_SECRET"),
        ({"YOOKASSA_SHOP_ID": "100500"}, "YOOKASSA_SECRET_KEY"),
        ({"YOOKASSA_SECRET_KEY": "live_key"}, "YOOKASSA_SHOP_ID"),
        (YOOMONEY | {"YOOMONEY_URL": "https://yoomoney.example"}, "YOOMONEY_URL"),
        (YOOKASSA | {"YOOKASSA_API_URL": "https://evil.example/v3"}, "YOOKASSA_API_URL"),
        (YOOKASSA | {"YOOKASSA_NETWORKS": "185.71.76.0/27,nonsense"}, "YOOKASSA_NETWORKS"),
        ({"TRUSTED_PROXY_HOPS": "9"}, "TRUSTED_PROXY_HOPS"),
    ],
)
def test_a_provider_set_by_halves_or_sent_elsewhere_is_refused(
    given: dict[str, str], named: str
) -> None:
    with pytest.raises(BadSettings) as caught:
        read(**given)

    assert named in str(caught.value)


def test_secrets_are_known_to_the_log() -> None:
    secrets = read(**YOOMONEY, **YOOKASSA, YOOMONEY_TOKEN="token").secrets()

    assert {"word", "live_key", "token", "k" * 32} <= set(secrets)


def test_time_is_moved_on_loopback_only() -> None:
    offset = {"CLOCK_OFFSET_FILE": "/run/keyland/offset"}
    here = offset | {"PUBLIC_URL": "http://127.0.0.1:9"}

    assert read(**here).clock_offset_file is not None
    with pytest.raises(BadSettings):
        read(**offset)
    with pytest.raises(BadSettings):
        read(**here, **YOOKASSA)  # the official address is not on this machine


def test_the_registry_knows_every_provider() -> None:
    assert set(BUILDERS) == set(ProviderName)


def test_a_state_folder_that_cannot_be_made_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    ended = subprocess.run(
        [sys.executable, "-c", "import payments_webhook.wsgi"],
        cwd=Path(__file__).parents[2],
        env=WHOLE | {"STATE_DIR": str(tmp_path / "file" / "state")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 4
    assert "STATE_DIR: cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr
