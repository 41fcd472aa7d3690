"""What is needed of the distribution."""

from scripts.server.commands import Done, ask, run
from scripts.server.report import Failed, Report

WANTED = ("python3-venv", "ca-certificates", "openssl", "iproute2", "nftables", "cron")
SECONDS = 900.0


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
        run("apt-get", "update", "-qq", seconds=SECONDS, DEBIAN_FRONTEND="noninteractive")
        done = _install(names)
    if done.code:
        raise Failed(f"apt-get cannot install {', '.join(names)}: {done.words[-600:]}")


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
