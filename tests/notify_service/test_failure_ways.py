"""The ways to the owner, and the program, against servers that speak for real."""

import json
import socketserver
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from typing_extensions import override

from common.i18n.texts import Html
from notify_service.failure.channels import Hopeless, Mail, NotNow
from notify_service.failure.report import AGAIN, DONE, NOTHING_HELPS
from tests.common.telegram.emulated import ANYA, TOKEN, telegram
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]


class Post(socketserver.StreamRequestHandler):
    """A mail server's words, as far as a mail without TLS on loopback needs them."""

    @override
    def handle(self) -> None:
        self.wfile.write(b"220 post\r\n")
        mail = b""
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                while (part := self.rfile.readline()) != b".\r\n":
                    mail += part
                Post.mails.append(mail)
            word = line[:4].upper()
            answer = b"221 bye" if word == b"QUIT" else b"250 fine"
            self.wfile.write((b"550 no" if word == Post.refused else answer) + b"\r\n")

    mails: list[bytes] = []  # noqa: RUF012 -- the server makes an object a connection
    refused = b""


@pytest.fixture
def post() -> Iterator[str]:
    Post.mails, Post.refused = [], b""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"smtp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def by_mail(url: str, owner: str = "owner@example.org") -> Mail:
    return Mail(url, "keyland@example.org", owner, ssl.create_default_context())


def test_a_mail_is_plain_text_with_the_unit_in_its_subject(post: str) -> None:
    by_mail(post).tell(Html("⚠️ <b>keyland-bot has crashed</b>: &lt;why&gt;"))

    mail = message_from_bytes(Post.mails[0], policy=default)
    assert isinstance(mail, EmailMessage)
    assert "keyland-bot has crashed" in mail["Subject"]
    assert mail.get_content().strip() == "⚠️ keyland-bot has crashed: <why>"
    assert mail["To"] == "owner@example.org"


def test_a_mail_server_that_is_away_is_tried_again_and_one_that_refuses_is_not(post: str) -> None:
    Post.refused = b"RCPT"
    with pytest.raises(Hopeless):
        by_mail(post).tell(Html("text"))
    Post.refused = b"MAIL"
    with pytest.raises(NotNow):
        by_mail(post).tell(Html("text"))
    with pytest.raises(NotNow):
        by_mail(f"smtp://127.0.0.1:{free_port()}").tell(Html("text"))


def start(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "crashes").mkdir(exist_ok=True)
    (folder / "crashes/keyland-bot").write_text("signal killed KILL\n")
    environment = {"STATE_DIR": str(folder), "CRASHES_DIR": str(folder / "crashes"), **variables}
    return subprocess.run(
        [sys.executable, "-m", "notify_service.failure", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_program_tells_by_mail_while_telegram_is_away_and_wants_to_be_started_again(
    tmp_path: Path, post: str
) -> None:
    token = "123456:abcdefghijklmnopqrstuvwxyz"
    (tmp_path / "bot_token").write_text(token)
    done = start(
        tmp_path, "keyland-bot",
        CREDENTIALS_DIRECTORY=str(tmp_path), OWNER_TELEGRAM_ID="100003", SMTP_URL=post,
        TELEGRAM_API_URL=f"http://127.0.0.1:{free_port()}",
        MAIL_FROM="keyland@example.org", MAIL_TO="owner@example.org",
    )  # fmt: skip

    assert done.returncode == AGAIN, done.stderr
    assert len(Post.mails) == 1
    assert token not in done.stderr
    assert all(json.loads(line)["service"] == "failure" for line in done.stderr.splitlines())


def test_the_program_says_what_settings_it_lacks(tmp_path: Path) -> None:
    done = start(tmp_path, "keyland-bot")

    assert done.returncode == 4
    assert "BOT_TOKEN or SMTP_URL" in done.stderr


def test_the_program_reaches_the_owner_in_telegram(tmp_path: Path) -> None:
    with telegram() as running:
        done = start(
            tmp_path, "keyland-bot",
            BOT_TOKEN=TOKEN, OWNER_TELEGRAM_ID=str(ANYA), TELEGRAM_API_URL=running.base,
        )  # fmt: skip
        texts = running.texts(ANYA)

    assert done.returncode == DONE, done.stderr
    assert "keyland-bot упал" in texts[-1]


def test_an_owner_who_has_blocked_the_bot_is_not_tried_for_ever(tmp_path: Path) -> None:
    with telegram() as running:
        running.block(ANYA)
        done = start(
            tmp_path, "keyland-bot:failed",
            BOT_TOKEN=TOKEN, OWNER_TELEGRAM_ID=str(ANYA), TELEGRAM_API_URL=running.base,
        )  # fmt: skip

    assert done.returncode == NOTHING_HELPS
