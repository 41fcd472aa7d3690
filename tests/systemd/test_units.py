"""Skipped, loudly, where systemd-analyze is missing; `make boot` boots the same units for real."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from country_api.traffic.deps import BOOT_ID

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"
UNITS = sorted(path.name for path in SYSTEMD.glob("*.service"))
SERVICES = [name for name in UNITS if "WantedBy" in (SYSTEMD / name).read_text()]
LOOPS = ("bot", "main-jobs", "notify", "payments-webhook", "agent")
MOST_EXPOSED = 3.0

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is missing: units NOT VERIFIED"
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as installed, but for programs that stand here and not in /opt."""
    programs = tmp_path / "opt"
    for name in (".venv/bin/python", "scripts/tell-crash"):
        (programs / name).parent.mkdir(parents=True, exist_ok=True)
        (programs / name).symlink_to("/bin/true")
    folder = tmp_path / "units"
    shutil.copytree(SYSTEMD, folder)
    for file in [*folder.glob("*.service"), *folder.glob("*/*.conf")]:
        text = file.read_text().replace("/opt/keyland", str(programs))
        file.write_text(text.replace("/usr/local/bin/xray", "/bin/true"))
    return folder


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *words],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
    )


@needs_systemd
def test_systemd_finds_nothing_wrong_with_any_unit(units: Path) -> None:
    files = [str(units / name.replace("@", "@keyland-bot")) for name in UNITS if "@" in name]
    for name in (name for name in UNITS if "@" in name):
        (units / name.replace("@", "@keyland-bot")).symlink_to(units / name)
    files += [str(units / name) for name in UNITS if "@" not in name]

    said = analyze(
        "verify", "--man=no", "--recursive-errors=no", *files, str(units / "keyland.target")
    )

    ours = [line for line in (said.stdout + said.stderr).splitlines() if "keyland" in line]
    assert (said.returncode, ours) == (0, [])


@needs_systemd
def test_systemd_tells_a_unit_that_is_wrong(units: Path) -> None:
    file = units / "keyland-bot.service"
    file.write_text(file.read_text().replace("Restart=always", "Restart=now and then"))

    said = analyze("verify", "--man=no", "--recursive-errors=no", str(file))

    assert "keyland-bot.service" in said.stderr


@needs_systemd
@pytest.mark.parametrize("name", UNITS)
def test_each_unit_has_the_least_privilege(units: Path, name: str) -> None:
    said = analyze("security", "--offline=true", str(units / name))

    level = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said.stdout)
    assert level, said.stderr
    assert float(level[1]) <= MOST_EXPOSED


def read(name: str) -> dict[str, dict[str, list[str]]]:
    """Section -> key -> values: a key may come several times."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in (SYSTEMD / name).read_text().splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_restarts_within_limits_and_the_owner_hears_of_it(name: str) -> None:
    unit, service = read(name)["Unit"], read(name)["Service"]

    assert service["Restart"] == ["always"]
    assert int(service["RestartSec"][0]) > 0
    assert {"StartLimitIntervalSec", "StartLimitBurst", "After"} <= set(unit)
    assert "keyland-alert@%N:failed.service" in unit["OnFailure"][0]
    assert service["ExecStopPost"] == ["+/opt/keyland/scripts/tell-crash %N"]
    assert {"MemoryHigh", "MemoryMax", "TasksMax", "LimitNOFILE"} <= set(service)


@pytest.mark.parametrize("name", LOOPS)
def test_what_loops_has_a_watchdog(name: str) -> None:
    service = read(f"keyland-{name}.service")["Service"]

    assert int(service["WatchdogSec"][0]) >= 30
    assert service["Type"] == ["notify"]


def test_one_that_knows_secrets_is_given_them_as_credentials_alone() -> None:
    told = "\n".join(path.read_text() for path in (SYSTEMD / "env").iterdir())
    secret = {
        credential.partition(":")[0].upper()
        for name in UNITS
        for credential in read(name)["Service"].get("LoadCredential", [])
    } - {"MONGO_URL"}

    assert {"BOT_TOKEN", "CALLER_KEYS", "SMTP_URL", "REALITY_PRIVATE_KEY"} <= secret
    assert [name for name in secret if re.search(rf"^{name}=", told, re.MULTILINE)] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_the_agent_finds_the_kernels_files_that_it_reads_in_the_proc_of_its_unit() -> None:
    common = read("keyland-.service.d/10-least-privilege.conf")["Service"]
    own = read("keyland-agent.service")["Service"]
    subset = {**own, **common}.get("ProcSubset", ["all"])  # a drop-in has the last word
    mount = f"mount -t proc -o {'subset=pid' if subset == ['pid'] else 'rw'} proc /proc"
    files = [BOOT_ID, *(Path("/proc") / name for name in ("stat", "meminfo", "net/fib_trie"))]

    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", f"{mount} && cat {' '.join(map(str, files))}"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_all_others_see_processes_alone_there() -> None:
    others = [name for name in UNITS if name != "keyland-agent.service"]

    assert [it for it in others if read(it)["Service"].get("ProcSubset") != ["pid"]] == []


def test_no_two_services_share_a_user_but_the_processes_of_one() -> None:
    users: dict[str, set[str]] = {}
    for name in SERVICES:
        users.setdefault(read(name)["Service"]["User"][0], set()).add(name)

    shared = {user: names for user, names in users.items() if len(names) > 1}
    assert set(shared) == {"keyland-main"}
    declared = (SYSTEMD / "sysusers.d/keyland.conf").read_text()
    assert all(f"u {user} " in declared for user in users)


def test_cron_starts_units_that_exist() -> None:
    lines = (ROOT / "crontab/keyland").read_text().splitlines()
    jobs = [line.split() for line in lines if re.match(r"\d", line)]
    started = {unit for job in jobs for unit in job[job.index("--no-block") + 1 :]}

    assert {re.sub(r"@.*", "@", unit) for unit in started} <= {
        name.removesuffix(".service") for name in UNITS
    }
    assert len(jobs) == 2
