"""What is needed of the distribution."""

from time import monotonic, sleep

from scripts.server.commands import Done, ask
from scripts.server.report import Failed, Report

WANTED = ("python3-venv", "ca-certificates", "openssl", "iproute2", "nftables", "cron")
SECONDS = 900.0
LOCKED_SECONDS = 15.0


def missing() -> list[str]:
    return [name for name in WANTED if not _installed(name)]


def _installed(name: str) -> bool:
    said = ask("dpkg-query", "-W", "-f", "${Status}", name)
    return said.code == 0 and said.out.endswith(" installed")


def put(report: Report) -> None:
    """Raises Failed."""
    names = missing()
    if not names:
        report.say("packages: all there")
        return
    report.say(f"packages: installing {', '.join(names)}")
    done = _install(names)
    if done.code:  # most often the lists are old, or an earlier run was broken off
        ask("dpkg", "--configure", "-a", "--force-confdef", "--force-confold", seconds=SECONDS,
            DEBIAN_FRONTEND="noninteractive")  # fmt: skip
        _refresh()
        done = _install(names)
    if done.code:
        raise Failed(f"apt-get cannot install {', '.join(names)}: {done.words[-600:]}")


def _refresh() -> None:
    """Raises Failed. A fresh machine refreshes its lists by itself, and apt waits for no lock of
    theirs.
    """
    deadline = monotonic() + SECONDS
    while (done := _updated()).code and "Could not get lock" in done.words:
        if monotonic() > deadline:
            break
        sleep(LOCKED_SECONDS)
    if done.code:
        raise Failed(f"apt-get update: {done.words[-1500:]}")


def _updated() -> Done:
    return ask("apt-get", "update", "-qq", seconds=SECONDS, DEBIAN_FRONTEND="noninteractive")


def _install(names: list[str]) -> Done:
    # a fresh machine is often busy with its first updates
    words = (
        "apt-get",
        "-o",
        "DPkg::Lock::Timeout=600",
        "-o",
        "Dpkg::Options::=--force-confdef",
        "-o",
        "Dpkg::Options::=--force-confold",
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
    )
    return ask(*words, *names, seconds=SECONDS, DEBIAN_FRONTEND="noninteractive")
