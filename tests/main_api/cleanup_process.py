"""The cleanup as cron runs it: a process of its own, killed, with a server that goes and returns.

`python -m tests.main_api.cleanup_process --people 10000` proves it at full size.
"""

import argparse
import json
import logging
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from common.clock import system_clock
from common.settings import load
from common.storage.protocol import Database, Document, StorageUnavailable
from common.tls_worker import server_context
from country_api import certificate
from main_api.deps import Deps, build
from main_api.mongo_api.collections import ORDERS, PAYMENT_FACTS, USERS
from main_api.settings import MainSettings
from models.codes import NoticeKind
from tests.support import fake_country, fake_notify
from tests.support.crowd import Crowd
from tests.support.fake_country import FakeCountry
from tests.support.fake_notify import FakeNotify
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0
NOT_ALL = 1
RENEWING = 5


class Served:
    """A neighbour on loopback, which can go away and come back at the same address."""

    def __init__(self, app: Flask, tls: ssl.SSLContext | None = None) -> None:
        self.app = app
        self._tls = tls
        self.port = free_port()
        self._server: BaseWSGIServer | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = make_server(
            "127.0.0.1", self.port, self.app, threaded=True, ssl_context=self._tls
        )
        vars(self._server)["daemon_threads"] = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@dataclass
class Run:
    """One process of the cleanup."""

    process: "subprocess.Popen[str]"
    began: float = field(default_factory=time.monotonic)

    def pause_when(self, true: Callable[[], bool]) -> None:
        """It stands still while it is looked at, so that it is not over before it was seen."""
        deadline = time.monotonic() + PATIENCE
        while True:
            self.process.send_signal(signal.SIGSTOP)
            with suppress(StorageUnavailable):  # it may stand where nobody else can begin to read
                if true():
                    return
            assert time.monotonic() < deadline, "it did not come true"
            self.go_on()
            time.sleep(0.01)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def ended(self) -> int:
        out, error = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode in (0, NOT_ALL), error[-2000:]
        sys.stdout.write(out)
        sys.stdout.write(f"exit {self.process.returncode}, {time.monotonic() - self.began:.1f} s\n")
        return self.process.returncode


class Scene:
    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self.countries = [FakeCountry(name, system_clock) for name in ("fi:1", "de:1")]
        self.notify = FakeNotify(system_clock)
        self.fingerprint = certificate.make(folder)
        tls = server_context(str(folder / certificate.CERTIFICATE), str(folder / certificate.KEY))
        self.finland, self.germany = [Served(it.app, tls) for it in self.countries]
        self.notices = Served(self.notify.app)
        (folder / "countries.json").write_text(
            json.dumps({"finland": [self.finland.address], "germany": [self.germany.address]})
        )
        self.deps = build(load(MainSettings, self._values(), None))
        self.crowd = Crowd(system_clock(), size)
        self.crowd.settle(self.deps.db, self.countries)

    def _values(self) -> dict[str, str]:
        secret = {"key": fake_country.KEY, "fingerprint": self.fingerprint}
        servers = {it.address: secret for it in (self.finland, self.germany)}
        return {
            "MONGO_URL": f"embedded://{self.folder}",
            "CALLER_KEYS": "{}",
            "NOTIFY_SERVICE_URL": f"http://{self.notices.address}",
            "NOTIFY_SERVICE_KEY": fake_notify.KEY,
            "PAYMENTS_WEBHOOK_URL": "http://127.0.0.1:9",
            "PAYMENTS_WEBHOOK_KEY": "p" * 32,
            "SERVERS_SECRETS": json.dumps(servers),
            "COUNTRIES_FILE": str(self.folder / "countries.json"),
            "PUBLIC_URL": "https://keys.test",
            "BOT_URL": "https://t.me/keyland_bot",
            "OWNER_TELEGRAM_ID": "777",
        }

    def run(self, *options: str) -> Run:
        return Run(
            subprocess.Popen(
                [sys.executable, "-m", "main_api.jobs", "cleanup", *options],
                env={"PATH": os.environ["PATH"], "LOG_LEVEL": "ERROR", **self._values()},  # noqa: TID251 -- a child needs to find its programs
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )

    def gone(self) -> int:
        """How many of those who go have been parted with."""
        return len(self.crowd.people) - self.deps.db[USERS].count_documents({"deleting": False})

    def close(self) -> None:
        self.deps.vpn.servers.close()
        self.deps.db.close()
        for neighbour in (self.finland, self.germany, self.notices):
            neighbour.stop()


def stored(db: Database, user_ids: set[int]) -> dict[str, list[Document]]:
    """All that is kept of these users."""
    return {
        name: [it for it in db[name].find({}, sort=[("_id", 1)]) if it.get(key) in user_ids]
        for name, key in ((USERS, "_id"), (ORDERS, "user_id"), (PAYMENT_FACTS, "user_id"))
    }


def prove(folder: Path, size: int) -> None:
    """Raises AssertionError when anything is lost, left, or touched."""
    scene = Scene(folder, size)
    try:
        _prove(scene)
    finally:
        scene.close()


def _prove(scene: Scene) -> None:
    db, crowd = scene.deps.db, scene.crowd
    going = {user.user_id for user in crowd.going}
    staying = {user.user_id for user in crowd.staying}
    must_stay, records = stored(db, staying), stored(db, going)

    killed = scene.run()
    killed.pause_when(lambda: scene.gone() >= len(going) // 4)
    killed.kill()
    assert scene.gone() < len(going)
    renewing = _renewed(scene.deps, crowd)

    with_a_server_lost = scene.run("--patience", "1")
    with_a_server_lost.pause_when(lambda: scene.gone() >= len(going) // 2)
    scene.germany.stop()
    with_a_server_lost.go_on()
    assert with_a_server_lost.ended() == NOT_ALL
    assert stored(db, staying) == must_stay
    assert db[USERS].count_documents({"deleting": True}) > 0

    scene.germany.start()
    assert scene.run("--patience", "120").ended() == 0

    _assert_ended(scene, going - renewing, staying, renewing)
    assert stored(db, staying) == must_stay
    after = stored(db, going)
    assert (after[ORDERS], after[PAYMENT_FACTS]) == (records[ORDERS], records[PAYMENT_FACTS])


def _renewed(deps: Deps, crowd: Crowd) -> set[int]:
    """The last of those who were to go buy a month while nobody cleans."""
    renewing = [user.user_id for user in crowd.going][-RENEWING:]
    for user_id in renewing:
        deps.access.grant(user_id, f"renewal-{user_id}", months=1, paid=True, enforce_maximum=False)
    return set(renewing)


def _assert_ended(scene: Scene, gone: set[int], staying: set[int], renewing: set[int]) -> None:
    db = scene.deps.db
    assert {it["_id"] for it in db[USERS].find({}, ["_id"])} == staying | renewing
    assert all(scene.deps.users.get(user_id).active_at(system_clock()) for user_id in renewing)
    told = {user.tg_id for user in scene.crowd.going if user.user_id in gone}
    assert set(scene.notify.forgotten) == told
    for country in scene.countries:
        assert not [user_id for user_id in gone if country.holds(user_id)]
        assert all(country.holds(user_id) for user_id in renewing)
    reports = [it for it in scene.notify.notices.values() if it.kind is NoticeKind.OPERATOR_REPORT]
    assert [it.params["complete"] for it in reports] == [0, 1]


def main() -> int:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        prove(Path(folder), asked.people)
    sys.stdout.write(f"cleanup of {asked.people}: ok in {time.monotonic() - began:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
