"""The part of a fake server that compares its users with main_api's, and can lie about them."""

import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from common.agreement import Table, bucket_of, digest
from common.clock import milliseconds
from common.flask_app import answer
from models.agreement import (
    AgreementAnswer,
    AgreementQuestion,
    BucketsQuestion,
    HeldUser,
    HeldUsers,
)
from models.servers import ServerUser


class AgreeingServer:
    """`users` is the server's own dictionary; `asked` counts comparisons, `pages` who was asked for
    in which; `lies` stand in each list beside the truth; a new `life` is a restart.
    """

    def __init__(self, users: dict[str, ServerUser]) -> None:
        self.users = users
        self.asked = 0
        self.pages: list[list[int]] = []
        self.lies: list[HeldUser] = []
        self.life = secrets.token_hex(4)

    def held(self, at: int) -> list[HeldUser]:
        return [
            HeldUser(key=it.key, core_id=it.core_id, ends=ends, revision=it.revision)
            for it in list(self.users.values())
            if it.active and (ends := milliseconds(it.expires_at)) > at
        ]

    def _compare(self) -> Response:
        asked = AgreementQuestion.model_validate_json(request.get_data())
        self.asked += 1
        told = self.held(asked.at)
        table = Table((int(it.key[1:]), digest(it.key, it.core_id, it.ends)) for it in told)
        if table.root == asked.root:
            return answer(AgreementAnswer(equal=True, life=self.life))
        return answer(AgreementAnswer(equal=False, life=self.life, buckets=table.buckets))

    def _list(self) -> Response:
        asked = BucketsQuestion.model_validate_json(request.get_data())
        self.pages.append(asked.buckets)
        told = [it for it in self.held(asked.at) if bucket_of(int(it.key[1:])) in asked.buckets]
        return answer(HeldUsers(users=[*told, *self.lies]))

    def add_to(self, app: Flask, mark: Callable[[Any], Any]) -> None:
        def compare() -> Response:
            return self._compare()

        def held_users() -> Response:
            return self._list()

        app.add_url_rule("/agreement", view_func=mark(compare), methods=["POST"])
        app.add_url_rule("/agreement/users", view_func=mark(held_users), methods=["POST"])
