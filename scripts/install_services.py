"""Puts users, units, folders, settings and keys of the services in place on one host.

    scripts/install-services --role main|abroad|both [--root DIR]

It may be run again at any time: units are replaced by the project's, settings and secrets that
exist are left alone, nothing is started or stopped. Needs no package but Python. `--root` is for
an image of another machine.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
HERE = PROJECT / "systemd"
MAIN = ("main-api", "main-public", "main-jobs", "payments-webhook", "notify", "bot")
ABROAD = ("agent", "core")
ROLES = {"main": MAIN, "abroad": ABROAD, "both": MAIN + ABROAD}
SHARED = ("alert@", "again@", "backup@")
CLEANUP = "keyland-cleanup"
CALLERS = {
    # credentials of the callee: {caller: where the caller keeps its key}
    "main": {
        "tg_bot": "bot/main_api_key",
        "payments_webhook": "payments/main_api_key",
        "notify_service": "notify/main_api_key",
    },
    "notify": {"tg_bot": "bot/notify_service_key", "main_api": "main/notify_service_key"},
    "payments": {"main_api": "main/payments_webhook_key"},
}
SINCE_254 = 254


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--role", choices=ROLES, required=True)
    parser.add_argument("--root", type=Path, default=Path("/"), help="an image's root")
    given = parser.parse_args()
    os.umask(0o022)  # units, settings and the list of servers are read by others than root
    install(given.root.resolve(), ROLES[given.role])
    return 0


def install(root: Path, services: tuple[str, ...]) -> None:
    put_users(root)
    units = [f"keyland-{name}.service" for name in (*services, *SHARED)]
    crontab = (PROJECT / "crontab" / "keyland").read_text().splitlines(keepends=True)
    if set(services) & set(MAIN):
        units.append(f"{CLEANUP}.service")
        put_once(PROJECT / "models" / "countries_url.json", root / "etc/keyland/countries_url.json")
        put_servers_secrets(root, root / "etc/keyland/servers_secrets.json")
    else:
        crontab = [line for line in crontab if CLEANUP not in line]
    put_units(root, units)
    copy(HERE / "journald.conf.d/keyland.conf", root / "etc/systemd/journald.conf.d/keyland.conf")
    for env in needed(units, r"EnvironmentFile=/etc/keyland/(\w+)\.env"):
        put_once(HERE / "env" / f"{env}.env", root / f"etc/keyland/{env}.env", mode=0o600)
    put_credentials(root, units)
    put_crontab(root / "etc/cron.d/keyland", "".join(crontab))
    enable(root, services)


def put_users(root: Path) -> None:
    copy(HERE / "sysusers.d" / "keyland.conf", root / "etc/sysusers.d/keyland.conf")
    run("systemd-sysusers", f"--root={root}", "keyland.conf")


def put_units(root: Path, units: list[str]) -> None:
    target = root / "etc/systemd/system"
    drop_ins = [HERE / "keyland-.service.d/10-least-privilege.conf"]
    back_off = HERE / "since-254/keyland-.service.d/20-back-off.conf"
    if version_of_systemd(root) >= SINCE_254:
        drop_ins.append(back_off)
    for source in [HERE / "keyland.target", *(HERE / unit for unit in units)]:
        copy(source, target / source.name)
    for source in drop_ins:
        copy(source, target / "keyland-.service.d" / source.name)


def version_of_systemd(root: Path) -> int:
    """By the name of its library, since an image's own systemctl need not run here."""
    for folder in ("usr/lib/systemd", "lib/systemd", "usr/lib/*/systemd", "usr/lib64/systemd"):
        for library in root.glob(f"{folder}/libsystemd-shared-*.so"):
            if found := re.search(r"-(\d+)", library.name):
                return int(found[1])
    return 0


def needed(units: list[str], pattern: str) -> list[str]:
    texts = ((HERE / unit).read_text() for unit in units)
    return sorted({name for text in texts for name in re.findall(pattern, text)})


def put_credentials(root: Path, units: list[str]) -> None:
    """An empty file is a credential that is not set: systemd wants each to exist."""
    folder = root / "etc/keyland/credentials"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in needed(units, r"LoadCredential=\w+:/etc/keyland/credentials/(\S+)"):
        if not (folder / name).exists():
            write_secret(folder / name, "")
    for callee, callers in CALLERS.items():
        make_keys(folder, callee, callers)
    agents = folder / "agent" / "caller_keys"
    if agents.is_file() and not agents.read_text().strip():
        write_secret(agents, json.dumps({"main_api": [secrets.token_urlsafe(33)]}))


def put_servers_secrets(root: Path, file: Path) -> None:
    """No credential: those are copies, and a server is added while the shop runs."""
    if not file.exists():
        write_secret(file, "{}\n", folder_mode=0o755)
        groups = (line.split(":") for line in (root / "etc/group").read_text().splitlines())
        [group] = [int(it[2]) for it in groups if it[0] == "keyland-main"]
        os.chown(file, 0, group)
        file.chmod(0o640)


def make_keys(folder: Path, callee: str, callers: dict[str, str]) -> None:
    """A key a pair, at both of its ends, unless the callee has its keys already."""
    file = folder / callee / "caller_keys"
    if not file.is_file() or file.read_text().strip():
        return
    keys = {caller: secrets.token_urlsafe(33) for caller in callers}
    for caller, key in keys.items():
        write_secret(folder / callers[caller], key)
    write_secret(file, json.dumps({caller: [key] for caller, key in keys.items()}))


def write_secret(file: Path, text: str, folder_mode: int = 0o700) -> None:
    """Whole or not at all: half a key would pass for one that is there."""
    file.parent.mkdir(mode=folder_mode, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(handle)
    fresh.replace(file)


def put_once(source: Path, target: Path, mode: int = 0o644) -> None:
    if not target.exists():
        copy(source, target, mode)
        print(f"to be filled in: {target}")


def copy(source: Path, target: Path, mode: int = 0o644) -> None:
    """Whole or not at all, since settings that are there are left alone."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, fresh)
    fresh.chmod(mode)
    fresh.replace(target)


def put_crontab(file: Path, text: str) -> None:
    """Cron takes no file that others may write."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o644)


def enable(root: Path, services: tuple[str, ...]) -> None:
    units = ["keyland.target", *(f"keyland-{name}.service" for name in services)]
    run("systemctl", f"--root={root}", "enable", "--quiet", *units)
    if root == Path("/"):
        run("systemctl", "daemon-reload")


def run(*command: str) -> None:
    subprocess.run(command, check=True)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("install-services: only root can do this")
    sys.exit(main())
