"""The doubles as a process of their own, and what their settings refuse."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from sandbox.payments.settings import PaymentsSettings
from tests.sandbox.payments.conftest import SECRET_KEY, SECRET_WORD, SHOP_ID, TOKEN, WALLET

ROOT = Path(__file__).parents[3]
KEYS = {
    "YOOKASSA_SHOP_ID": SHOP_ID,
    "YOOKASSA_SECRET_KEY": SECRET_KEY,
    "YOOKASSA_WEBHOOK_URL": "http://127.0.0.1:9/notification",
    "YOOMONEY_WALLET": WALLET,
    "YOOMONEY_SECRET": SECRET_WORD,
    "YOOMONEY_TOKEN": TOKEN,
    "YOOMONEY_NOTIFICATION_URL": "http://127.0.0.1:9/notification",
}


def start(*arguments: str, keys: dict[str, str] = KEYS) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.payments", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **keys},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_first_line_is_the_address_and_the_log_has_no_secrets(tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    offset.write_text("86400")
    with start("--port", "0", "--clock-offset-file", str(offset)) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().strip()
        try:
            assert requests.get(f"{url}/health", timeout=30).json() == {"status": "ok"}
            me = requests.get(f"{url}/v3/me", auth=(SHOP_ID, SECRET_KEY), timeout=30)
            form = {"receiver": WALLET, "quickpay-form": "button", "paymentType": "AC", "sum": "5"}
            page = requests.get(f"{url}/quickpay/confirm", params=form, timeout=30)
        finally:
            process.terminate()
        log = process.stderr.read()
    assert url.startswith("http://127.0.0.1:")
    assert (me.status_code, page.status_code) == (200, 200)
    assert "GET /v3/me 200" in log
    assert not any(secret in log for secret in (SECRET_KEY, SECRET_WORD, TOKEN, WALLET))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_it_refuses_to_listen_beyond_loopback(host: str) -> None:
    with start("--host", host) as process:
        _, error = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "not a loopback address" in error
    assert "Traceback" not in error


def test_missing_keys_are_all_named_at_once() -> None:
    with start(keys={"YOOKASSA_SHOP_ID": SHOP_ID}) as process:
        _, error = process.communicate(timeout=20)
    assert process.returncode == 2
    assert all(name in error for name in KEYS if name != "YOOKASSA_SHOP_ID")


def test_events_never_leave_the_machine(settings: PaymentsSettings) -> None:
    outside = replace(settings.yookassa, webhook_url="https://shop.example/notification")
    with pytest.raises(ValueError, match="not a loopback address"):
        replace(settings, yookassa=outside)


def test_an_empty_secret_is_refused(settings: PaymentsSettings) -> None:
    careless = replace(settings.yoomoney, notification_secret="")
    with pytest.raises(ValueError, match=r"yoomoney\.notification_secret"):
        replace(settings, yoomoney=careless)


def test_retries_cannot_be_scaled_away(settings: PaymentsSettings) -> None:
    with pytest.raises(ValueError, match="retry_factor"):
        replace(settings, retry_factor=0)
