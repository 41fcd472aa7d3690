"""What is proved of the booted machine, each by a function whose docstring is printed."""

import json
from collections.abc import Callable

from tests.systemd.boot.container import Machine, until
from tests.systemd.boot.looking import (
    LOOPS,
    UNITS,
    WEB,
    active,
    healthy,
    mails,
    messages,
    post,
    restarted,
    told,
)
from tests.systemd.boot.settings import CUSTOMER, OWNER

WATCHED = ("main-jobs", "bot", "notify", "payments-webhook", "agent")

PATH = """
from common.clients.main_api import MainApi
from common.clock import system_clock
from common.service_client import ServiceClient
from models.codes import Service
key = open("/etc/keyland/credentials/bot/main_api_key").read().strip()
client = ServiceClient("http://127.0.0.1:8001", caller=Service.TG_BOT, callee=Service.MAIN_API,
                       key=key, clock=system_clock)
api = MainApi(client)
user = api.user_by_telegram({customer})
api.take_trial(user.user_id)
"""


def every_unit_is_active(machine: Machine) -> None:
    """every unit is active after the boot, none was restarted, each web process is healthy"""
    until(lambda: all(active(machine, unit) for unit in UNITS), "units active")
    until(lambda: all(healthy(machine, unit) for unit in WEB), "services healthy")
    restarts = {unit: machine.shown(f"keyland-{unit}", "NRestarts") for unit in UNITS}
    assert set(restarts.values()) == {"0"}, restarts


def customer_is_served(machine: Machine) -> None:
    """a customer's /start is answered by the bot, his trial reaches the core on port 443"""
    post(machine, "/users", {"id": CUSTOMER, "first_name": "Ann", "language_code": "en"})
    post(machine, "/users", {"id": OWNER, "first_name": "Owner", "language_code": "ru"})
    for person in (CUSTOMER, OWNER):
        post(machine, f"/chats/{person}/start", {})
    until(lambda: len(messages(machine, CUSTOMER)) > 1, "the bot's answer")
    said = machine.python(PATH.format(customer=CUSTOMER))
    config = machine.root / "var/lib/keyland/core/config.json"
    until(lambda: '"email"' in config.read_text(), f"the customer in the core: {said}")
    assert "0.0.0.0:443" in machine.run("ss", "-ltn").replace("*:443", "0.0.0.0:443")


def connections_can_be_cut(machine: Machine) -> None:
    """the agent can end connections under all that its unit forbids; the core cannot"""
    agent, core = (machine.shown(f"keyland-{unit}", "MainPID") for unit in ("agent", "core"))
    check = "cd /opt/keyland && .venv/bin/python -m country_api.cutting"
    assert machine.run("sh", "-c", f"{check} {agent}") == "ok\n"
    assert "lacks CAP_NET_ADMIN" in machine.run("sh", "-c", f"{check} {core}")
    if "CORE_KIND=v2ray" not in (machine.root / "etc/keyland/agent.env").read_text():
        # it has ended one of its own at its start
        journal = ("journalctl", "--no-pager", "-o", "cat", "-u", "keyland-agent")
        until(lambda: "cutting: works" in machine.run(*journal), "the agent's own check")


def secrets_are_kept(machine: Machine, secrets: dict[str, str]) -> None:
    """credentials are in no environment, no command line, no unit's properties and no journal"""
    seen = machine.run("sh", "-c", "cat /proc/[0-9]*/environ | tr '\\0' '\\n'")
    # the double has the bot's token on its command line: it plays Telegram
    seen += machine.run("sh", "-c", "ps -eo args | grep -v sandbox.telegram")
    seen += machine.systemctl("show", "keyland-*.service")
    seen += machine.run("journalctl", "--no-pager", "-o", "verbose", "-u", "keyland-*")
    keys = {name: text for name, text in secrets.items() if not text.startswith("{")}
    assert len(seen) > 10_000
    assert [name for name, text in keys.items() if text in seen] == []


def users_are_kept_apart(machine: Machine) -> None:
    """each service has a user of its own, which can read neither another's data nor credentials"""
    owners = {machine.shown(f"keyland-{unit}", "User") for unit in UNITS}
    assert len(owners) == 6, owners
    for path in ("/var/lib/keyland/main/main.db", "/etc/keyland/credentials/main/caller_keys",
                 "/run/credentials/keyland-main-api.service/caller_keys",
                 "/var/lib/keyland/payments/payments.sqlite3"):  # fmt: skip
        said = machine.run("setpriv", "--reuid=keyland-bot", "--regid=keyland-bot",
                           "--clear-groups", "cat", path)  # fmt: skip
        assert "Permission denied" in said, (path, said[:80])
    core = machine.shown("keyland-core", "MainPID")
    inside = machine.run("nsenter", "-t", core, "-m", "ls", "/var/lib/keyland").split()
    assert inside == ["core"], inside


def logs_are_json(machine: Machine) -> None:
    """what the services write to the journal is JSON, a line each"""
    for unit in (*WEB, *LOOPS):
        text = machine.run(
            "journalctl", "--no-pager", "-o", "cat", f"_SYSTEMD_UNIT=keyland-{unit}.service"
        )
        lines = [line for line in text.splitlines() if line.strip()]
        assert lines, unit
        assert {"time", "level", "service", "message"} <= set(json.loads(lines[0]))
        for line in lines:
            json.loads(line)


def killed_ones_come_back(machine: Machine) -> None:
    """each service killed with -9 is back by itself; the owner is told in Telegram and by mail"""
    for unit in UNITS:
        machine.run("kill", "-9", machine.shown(f"keyland-{unit}", "MainPID"))
    until(lambda: all(restarted(machine, unit) for unit in UNITS), "restarted", 180)
    until(lambda: all(healthy(machine, unit) for unit in WEB), "healthy again", 180)
    until(lambda: all(f"keyland-{unit} упал" in told(machine) for unit in UNITS), "telegrams")
    until(lambda: all(f"keyland-{unit} упал" in mails(machine) for unit in UNITS), "mails")


def alarms_do_not_flood(machine: Machine) -> None:
    """a unit that crashes three times more is told of in one message at most within ten minutes"""
    for _ in range(3):
        machine.run("kill", "-9", machine.shown("keyland-main-public", "MainPID"))
        until(lambda: not active(machine, "main-public"), "dead")
        until(lambda: active(machine, "main-public"), "restarted")
    alert = "keyland-alert@keyland-main-public"
    until(lambda: machine.shown(alert, "SubState") == "auto-restart", "the alarm waits its time")
    assert told(machine).count("keyland-main-public упал") == 1


def hanging_loops_are_killed(machine: Machine) -> None:
    """a loop that hangs (SIGSTOP) is killed by the watchdog, and comes back"""
    for unit in WATCHED:
        machine.systemctl("kill", "-s", "STOP", f"keyland-{unit}")
    counts = {unit: int(machine.shown(f"keyland-{unit}", "NRestarts")) for unit in WATCHED}

    def back(unit: str) -> bool:
        restarts = int(machine.shown(f"keyland-{unit}", "NRestarts"))
        return restarts > counts[unit] and active(machine, unit)

    until(lambda: all(map(back, WATCHED)), "killed and back", 200)
    for unit in WATCHED:
        notes = (machine.run("cat", f"/run/keyland-crashes/keyland-{unit}")).splitlines()
        assert notes[-1].startswith("watchdog"), (unit, notes)


def broken_ones_are_given_up(machine: Machine) -> None:
    """a unit that cannot run is given up for ten minutes, and the owner is told so"""
    drop_in = "/etc/systemd/system/keyland-main-public.service.d/broken.conf"
    machine.write(drop_in, "[Service]\nType=exec\nRestartSec=0\nExecStart=\nExecStart=/bin/false\n")
    machine.systemctl("daemon-reload")
    machine.systemctl("restart", "keyland-main-public")
    until(lambda: machine.shown("keyland-main-public", "ActiveState") == "failed", "given up")
    until(lambda: "keyland-main-public не работает" in told(machine), "the owner is told")
    again = "keyland-again@keyland-main-public"
    assert machine.shown(again, "ActiveState") == "activating"
    machine.run("rm", drop_in)
    machine.systemctl("daemon-reload")
    machine.run("pkill", "-x", "-u", "keyland-alert", "sleep")  # the ten minutes, cut short
    machine.systemctl("reset-failed", "keyland-main-public")
    machine.systemctl("restart", "keyland-main-public")
    until(lambda: healthy(machine, "main-public"), "back")


def jobs_do_their_work(machine: Machine) -> None:
    """what cron starts makes its copies and cleans up, each as the user whose data it is"""
    line = next(
        it for it in machine.run("cat", "/etc/cron.d/keyland").splitlines() if "backup" in it
    )
    copies = line.split("--no-block ")[1].split()
    machine.systemctl("start", *copies, "keyland-cleanup")
    for unit in (*copies, "keyland-cleanup"):
        assert machine.shown(unit, "Result") == "success", machine.systemctl("status", unit)
        assert machine.shown(unit, "ExecMainStatus") == "0", unit
    found = machine.run("sh", "-c", "ls -d /var/lib/keyland-backup/*/2*/*")
    copied = sorted((path.split("/")[4], path.rpartition("/")[2]) for path in found.split())
    assert copied == [
        ("agent", "country_api.sqlite3"), ("agent", "traffic.sqlite3"), ("bot", "tg_bot.sqlite3"),
        ("main", "main.db"), ("notify", "notify.db"), ("payments", "payments.sqlite3"),
    ], found  # fmt: skip
    assert "Bad" not in machine.run("journalctl", "--no-pager", "-o", "cat", "-u", "cron")


def the_target_stops_and_starts_all(machine: Machine) -> None:
    """keyland.target stops everything in order, and starts it again"""
    machine.systemctl("stop", "keyland.target")
    until(lambda: not any(active(machine, unit) for unit in UNITS), "stopped", 60)
    results = {unit: machine.shown(f"keyland-{unit}", "Result") for unit in UNITS}
    assert set(results.values()) == {"success"}, results
    machine.systemctl("start", "keyland.target")
    until(lambda: all(healthy(machine, unit) for unit in WEB), "healthy", 180)


PROOFS: tuple[Callable[[Machine], None], ...] = (
    users_are_kept_apart,
    connections_can_be_cut,
    customer_is_served,
    killed_ones_come_back,
    alarms_do_not_flood,
    hanging_loops_are_killed,
    broken_ones_are_given_up,
    jobs_do_their_work,
    the_target_stops_and_starts_all,
    logs_are_json,
)
