"""What the sandbox runs: each process with its command line and an environment of its own."""

import json
import sys
from dataclasses import dataclass, replace

from country_api import certificate
from sandbox.core import Core
from sandbox.layout import BOT_USERNAME, COUNTRIES, LOOPBACK, Layout

OWNER_TELEGRAM_ID = "910000003"  # Админ, one of the chat's first people


@dataclass(frozen=True)
class Program:
    """`ready` is an address that answers 200 once the process works; empty: nothing to ask.
    It is started when those named in `after` are ready.
    """

    name: str
    argv: list[str]
    environment: dict[str, str]
    ready: str = ""
    after: tuple[str, ...] = ()


def programs(layout: Layout, core: Core) -> list[Program]:
    """In the order in which they start: doubles, servers abroad, then the shop."""
    abroad = [p for country in COUNTRIES for p in _abroad(layout, core, country)]
    return [*_doubles(layout), *abroad, *_shop(layout)]


def shop_only(layout: Layout, *names: str) -> list[Program]:
    """Of the doubles and the shop's own processes those named: without servers abroad there is no
    core to look for.
    """
    return [p for p in (*_doubles(layout), *_shop(layout)) if p.name in names]


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _web_app(
    layout: Layout, name: str, module: str, environment: dict[str, str], threads: int = 16
) -> Program:
    argv = _python("gunicorn", "-c", "common/gunicorn_conf.py", f"{module}:app")
    bind = {
        "BIND": layout.address(name),
        "THREADS": str(threads),
        "RUNTIME_DIRECTORY": str(layout.folder),
    }
    return Program(name, argv, _common(layout) | environment | bind, f"{layout.url(name)}/health")


def _common(layout: Layout) -> dict[str, str]:
    return {"CLOCK_OFFSET_FILE": str(layout.clock_file), "PYTHONUNBUFFERED": "1"}


def _doubles(layout: Layout) -> list[Program]:
    notification = f"{layout.url('payments_webhook')}/notification"
    money = {
        "YOOKASSA_SHOP_ID": layout.yookassa_shop,
        "YOOKASSA_SECRET_KEY": layout.yookassa_key,
        "YOOKASSA_WEBHOOK_URL": notification,
        "YOOMONEY_WALLET": layout.yoomoney_wallet,
        "YOOMONEY_SECRET": layout.yoomoney_secret,
        "YOOMONEY_TOKEN": layout.yoomoney_token,
        "YOOMONEY_NOTIFICATION_URL": notification,
    }
    clock = ["--clock-offset-file", str(layout.clock_file)]
    return [
        Program(
            "telegram",
            _python(
                "sandbox.telegram", "--port", str(layout.ports["telegram"]),
                "--token", layout.bot_token, "--username", BOT_USERNAME, "--lax-urls", *clock,
            ),
            _common(layout),
            f"{layout.url('telegram')}/sandbox/api/users",
        ),
        Program(
            "payments",
            _python(
                "sandbox.payments", "--port", str(layout.ports["payments"]),
                "--retry-factor", "0.05", *clock,
            ),
            _common(layout) | money,
            f"{layout.url('payments')}/sandbox/api/payments",
        ),
        Program(
            "web",
            _python("sandbox.web", "--port", str(layout.ports["web"])),
            _common(layout),
            f"{layout.url('web')}/health",
        ),
    ]  # fmt: skip


def _abroad(layout: Layout, core: Core, country: str) -> list[Program]:
    agent = f"agent_{country}"
    environment = {
        "STATE_DIR": str(layout.state(agent)),
        "CALLER_KEYS": layout.caller_keys(agent),
        "TLS_CERTIFICATE": str(layout.state(agent) / certificate.CERTIFICATE),
        "TLS_KEY": str(layout.state(agent) / certificate.KEY),
        "CORE_KIND": core.kind,
        "CORE_BINARY": str(core.path),
        "CORE_CONFIG": str(layout.core_config(country)),
        "CORE_API": layout.address(f"core_api_{country}"),
        "INBOUND_LISTEN": LOOPBACK,
        "INBOUND_PORT": str(layout.ports[f"core_{country}"]),
        "PUBLIC_HOST": LOOPBACK,
        "PUBLIC_PORT": str(layout.ports[f"core_{country}"]),
        "SECURITY": "none",
        "ALLOW_PRIVATE": layout.address("web"),
        "OUTBOUND_STRATEGY": "ForceIPv6v4",  # nobody is to be asked whether IPv6 works
        "MALLOC_ARENA_MAX": "1",  # as systemd's unit has it
    }
    command = core.run_command(layout.core_config(country))
    if core.kind == "xray":
        socket = layout.state(agent) / "api.sock"
        environment["CORE_API"] = f"unix:{socket}"
        # a socket left by kill -9 stops the next start; RuntimeDirectory= does this under systemd
        command = ["sh", "-c", 'rm -f "$0" && exec "$@"', str(socket), *command]
    app = _web_app(layout, agent, "country_api.wsgi", environment, threads=8)
    return [
        replace(app, ready=f"tcp://{layout.address(agent)}"),  # healthy only once its core runs
        Program(f"core_{country}", command, {}, after=(agent,)),
    ]


def _shop(layout: Layout) -> list[Program]:
    main = _main_environment(layout)
    return [
        _web_app(layout, "notify_service", "notify_service.wsgi", _notify_environment(layout)),
        _web_app(layout, "payments_webhook", "payments_webhook.wsgi", _money_environment(layout)),
        _web_app(layout, "main_api", "main_api.wsgi", main | {"WORKERS": "2"}, threads=24),
        _web_app(layout, "main_public", "main_api.public_wsgi", main | {"WORKERS": "2"}, threads=4),
        Program("main_jobs", _python("main_api.jobs"), _common(layout) | main),
        Program("tg_bot", _python("tg_bot"), _common(layout) | _bot_environment(layout)),
    ]


def _calls(layout: Layout, caller: str, *callees: str) -> dict[str, str]:
    found = {}
    for callee in callees:
        found[f"{callee.upper()}_URL"] = layout.url(callee)
        found[f"{callee.upper()}_KEY"] = layout.keys[caller, callee]
    return found


def _main_environment(layout: Layout) -> dict[str, str]:
    secrets = {
        layout.address(f"agent_{country}"): {
            "key": layout.keys["main_api", f"agent_{country}"],
            "fingerprint": layout.fingerprints(f"agent_{country}"),
        }
        for country in COUNTRIES
    }
    return {
        "MONGO_URL": f"embedded://{layout.state('main')}",
        "CALLER_KEYS": layout.caller_keys("main_api"),
        "SERVERS_SECRETS": json.dumps(secrets),
        "COUNTRIES_FILE": str(layout.countries_file),
        "PUBLIC_URL": layout.url("main_public"),
        "BOT_URL": layout.url("telegram"),
        "SUPPORT_URL": "https://t.me/keyland_support",
        "OWNER_TELEGRAM_ID": OWNER_TELEGRAM_ID,
        **_calls(layout, "main_api", "notify_service", "payments_webhook"),
    }


def _money_environment(layout: Layout) -> dict[str, str]:
    return {
        "STATE_DIR": str(layout.state("payments_webhook")),
        "CALLER_KEYS": layout.caller_keys("payments_webhook"),
        "PUBLIC_URL": layout.url("payments_webhook"),
        "YOOMONEY_WALLET": layout.yoomoney_wallet,
        "YOOMONEY_SECRET": layout.yoomoney_secret,
        "YOOMONEY_TOKEN": layout.yoomoney_token,
        "YOOMONEY_URL": layout.url("payments"),
        "YOOKASSA_SHOP_ID": layout.yookassa_shop,
        "YOOKASSA_SECRET_KEY": layout.yookassa_key,
        "YOOKASSA_API_URL": f"{layout.url('payments')}/v3",
        "YOOKASSA_ACCEPT_TEST": "1",
        **_calls(layout, "payments_webhook", "main_api"),
    }


def _notify_environment(layout: Layout) -> dict[str, str]:
    return {
        "MONGO_URL": f"embedded://{layout.state('notify')}",
        "CALLER_KEYS": layout.caller_keys("notify_service"),
        "BOT_TOKEN": layout.bot_token,
        "QUIET_HOURS": "off",  # what is shown must not depend on the time of day
        "TELEGRAM_API_URL": layout.url("telegram"),
        **_calls(layout, "notify_service", "main_api"),
    }


def _bot_environment(layout: Layout) -> dict[str, str]:
    return {
        "STATE_DIR": str(layout.state("tg_bot")),
        "BOT_TOKEN": layout.bot_token,
        "TELEGRAM_API_URL": layout.url("telegram"),
        "SUPPORT_URL": "https://t.me/keyland_support",
        "ADMIN_TELEGRAM_IDS": OWNER_TELEGRAM_ID,
        **_calls(layout, "tg_bot", "main_api", "notify_service"),
    }
