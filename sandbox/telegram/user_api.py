"""What people can do, as JSON over HTTP: for the page, the demo and the tests.

All under /sandbox/api; what a person can't do is 409 {"error": ...}, somebody unknown is 404:

GET /users -> {"users": [{id, first_name, username, language_code, started, blocked, deactivated,
    seq, last_text, last_date}]}
POST /users {first_name, id?, username?, language_code?} -> 201, the person
GET /chats/<user>?after=&timeout= -> {user, seq, reply_keyboard, commands, messages}: the messages
    changed after change number `after`, oldest first; with `timeout` (seconds, at most 60) it waits
    until there is one. A message: {message_id, seq, date, from_bot, edited, deleted, kind, text,
    entities, keyboard, forwarded, protected, reply_to?, and photo, document or video: {url,
    file_name, mime_type, size, width, height}}. The keyboard is rows of buttons: {text, style?,
    kind: callback | url | copy_text | web_app | disabled, and data, url or copy_text}
POST /chats/<user>/say {text, entities?, forwarded_from?: a person's id} -> {message_id, seq}; wait
    for the answer with after=seq
POST /chats/<user>/send, a form: kind (photo, video, document), file, caption?, entities? in JSON,
    media_group_id? of an album, width?, height?, duration?; answers as say
POST /chats/<user>/start {payload?}: opens t.me/bot?start=payload, answers as say
POST /chats/<user>/press {text or data, message_id?} -> {kind, message_id, callback_id?, url?,
    copy_text?}: only a button that can be seen, of the newest message that has it
GET /chats/<user>/callbacks/<id>?timeout= -> {answered, text, show_alert, url?}
POST /chats/<user>/block, /unblock, /delete-account -> the person
GET /files/<file_id>: the bytes of a photo, document or video
POST /updates {...}: a raw update without its id, put into the queue -> 201 {update_id}
"""

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.telegram import composing, people
from sandbox.telegram.call import read_call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject
from sandbox.telegram.files import picture_type
from sandbox.telegram.reading import Refused, body, integer, seconds, text_field
from sandbox.telegram.view import chat_view, person_view
from sandbox.telegram.world import Chat, Message, Person

Answer = Response | tuple[Response, int]
MAX_ID = 2**52


def user_api(emulator: Emulator) -> Blueprint:
    api = Blueprint("user_api", __name__, url_prefix="/sandbox/api")
    _people(api, emulator)
    _chats(api, emulator)
    _writing(api, emulator)
    _files(api, emulator)
    return api


def _chat(emulator: Emulator, user_id: int) -> Chat:
    chat = emulator.world.chats.get(user_id)
    if chat is None:
        raise Refused(404, "there is no such person")
    return chat


def _people(api: Blueprint, emulator: Emulator) -> None:
    @api.get("/users")
    def users() -> Answer:
        with emulator.changed:
            chats = list(emulator.world.chats.values())
            return jsonify({"users": [person_view(chat.person, chat) for chat in chats]})

    @api.post("/users")
    def add_user() -> Answer:
        with emulator.changed:
            person = _new_person(emulator, body(request))
            chat = emulator.world.add(person)
            emulator.stream.publish("people", {"chat_id": person.id})
            return jsonify(person_view(person, chat)), 201

    @api.post("/chats/<int:user_id>/<any(block, unblock):action>")
    def block(user_id: int, action: str) -> Answer:
        with emulator.changed:
            chat = _chat(emulator, user_id)
            people.set_blocked(emulator, chat, blocked=action == "block")
            return jsonify(person_view(chat.person, chat))

    @api.post("/chats/<int:user_id>/delete-account")
    def delete_account(user_id: int) -> Answer:
        with emulator.changed:
            chat = _chat(emulator, user_id)
            people.delete_account(emulator, chat)
            return jsonify(person_view(chat.person, chat))


def _new_person(emulator: Emulator, given: JsonObject) -> Person:
    user_id = integer(given, "id", emulator.world.free_id())
    if not 0 < user_id < MAX_ID:
        raise Refused(400, "id must be a positive number of 52 bits")
    if user_id in emulator.world.chats:
        raise Refused(409, "there is a person with this id")
    return Person(
        user_id,
        text_field(given, "first_name"),
        text_field(given, "username", "") or None,
        text_field(given, "language_code", "en"),
    )


def _chats(api: Blueprint, emulator: Emulator) -> None:
    @api.get("/chats/<int:user_id>")
    def read(user_id: int) -> Answer:
        after, timeout = int(seconds(request, "after", 2**53)), seconds(request, "timeout")
        with emulator.changed:
            chat = _chat(emulator, user_id)
            emulator.changed.wait_for(lambda: chat.seq > after, timeout)
            return jsonify(chat_view(emulator, chat, after))

    @api.post("/chats/<int:user_id>/press")
    def press(user_id: int) -> Answer:
        return jsonify(_press(emulator, user_id, body(request)))

    @api.get("/chats/<int:user_id>/callbacks/<callback_id>")
    def callback(user_id: int, callback_id: str) -> Answer:
        found = emulator.callbacks.presses.get(callback_id)
        if found is None or found.chat_id != user_id:
            raise Refused(404, "there is no such press")
        with emulator.changed:
            emulator.changed.wait_for(lambda: found.answer is not None, seconds(request, "timeout"))
            return jsonify(found.as_json())


def _writing(api: Blueprint, emulator: Emulator) -> None:
    @api.post("/chats/<int:user_id>/say")
    def say(user_id: int) -> Answer:
        given = body(request)
        text, entities = text_field(given, "text"), given.get("entities")
        origin = integer(given, "forwarded_from", 0)
        with emulator.changed:
            chat = _chat(emulator, user_id)
            return _sent(composing.say_formatted(emulator, chat, text, entities, origin))

    @api.post("/chats/<int:user_id>/send")
    def send(user_id: int) -> Answer:
        call = read_call(request, "send")
        with emulator.changed:
            return _sent(composing.send_file(emulator, _chat(emulator, user_id), call))

    @api.post("/chats/<int:user_id>/start")
    def start(user_id: int) -> Answer:
        payload = text_field(body(request), "payload", "")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,64}", payload):
            raise Refused(400, "a payload has at most 64 of A-Z a-z 0-9 _ -")
        with emulator.changed:
            chat = _chat(emulator, user_id)
            return _sent(people.say(emulator, chat, f"/start {payload}".strip()))


def _sent(message: Message) -> Response:
    return jsonify({"message_id": message.message_id, "seq": message.seq})


def _press(emulator: Emulator, user_id: int, given: JsonObject) -> JsonObject:
    text, data = given.get("text"), given.get("data")
    if not isinstance(text if data is None else data, str):
        raise Refused(400, "say which button: by its text or by its data")
    number = integer(given, "message_id", 0) or None
    with emulator.changed:
        pressed = people.press(
            emulator, _chat(emulator, user_id), message_id=number, text=text, data=data
        )
    answer: JsonObject = {**pressed.button, "message_id": pressed.message.message_id}
    if pressed.press:
        answer["callback_id"] = pressed.press.callback_id
    return answer


def _files(api: Blueprint, emulator: Emulator) -> None:
    @api.get("/files/<file_id>")
    def read_file(file_id: str) -> Response:
        """Only pictures are shown; all else is downloaded, whatever the bot calls it."""
        stored = emulator.files.by_id.get(file_id)
        if stored is None:
            raise Refused(404, "there is no such file")
        picture = picture_type(stored.upload.content)
        response = Response(stored.upload.content, mimetype=picture or "application/octet-stream")
        response.headers["X-Content-Type-Options"] = "nosniff"
        if not picture or stored.kind != "photo":
            response.headers.set("Content-Disposition", "attachment", filename=stored.upload.name)
        return response

    @api.post("/updates")
    def inject() -> Any:
        update_id = emulator.queue.add_raw(
            {name: value for name, value in body(request).items() if name != "update_id"}
        )
        return jsonify({"update_id": update_id}), 201
