"""What becomes of a service's end: a note and an alarm for a crash, nothing else."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = str(Path(__file__).parents[2] / "scripts/tell-crash")


class Host:
    """Its systemctl writes down what it was asked for."""

    def __init__(self, folder: Path) -> None:
        self.notes, self._asked = folder / "notes", folder / "asked"
        self._programs = folder / "programs"
        self._programs.mkdir()
        systemctl = self._programs / "systemctl"
        systemctl.write_text(f'#!/bin/sh\necho "$*" >>{self._asked}\n')
        systemctl.chmod(0o755)

    def ended(self, unit: str, result: str, code: str = "", status: str = "") -> list[str]:
        """What systemctl was asked for since the beginning."""
        environment = {
            "PATH": f"{self._programs}:/usr/bin:/bin",
            "CRASHES_DIR": str(self.notes),
            "SERVICE_RESULT": result,
            "EXIT_CODE": code,
            "EXIT_STATUS": status,
        }
        subprocess.run([SCRIPT, unit], env=environment, check=True)
        return self._asked.read_text().splitlines() if self._asked.exists() else []


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_crash_is_noted_and_the_alarm_started(host: Host) -> None:
    host.ended("keyland-bot", "signal", "killed", "KILL")

    asked = host.ended("keyland-bot", "exit-code", "exited", "1")

    assert asked == ["start --no-block keyland-alert@keyland-bot.service"] * 2
    lines = (host.notes / "keyland-bot").read_text().splitlines()
    assert lines == ["signal killed KILL", "exit-code exited 1"]


def test_a_service_that_was_stopped_is_no_crash(host: Host) -> None:
    assert host.ended("keyland-bot", "success", "exited", "0") == []
    assert not host.notes.exists()


def test_settings_that_cannot_be_used_are_not_told_as_a_crash_that_is_mended(host: Host) -> None:
    """It stays down, and OnFailure= tells so; "is started again" would be wrong."""
    assert host.ended("keyland-bot", "exit-code", "exited", "4") == []


def test_the_core_has_no_such_status_and_a_start_that_failed_is_a_crash(host: Host) -> None:
    assert host.ended("keyland-core", "exit-code", "exited", "4") != []
    assert host.ended("keyland-bot", "protocol") != []
    lines = (host.notes / "keyland-bot").read_text().splitlines()
    assert lines == ["protocol - -"]
