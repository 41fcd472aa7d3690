"""Photos, documents and videos: by upload or by the id of a file sent before."""

from sandbox.telegram.call import Call, Upload
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import ApiError, JsonObject, bad_request
from sandbox.telegram.files import StoredFile, picture_size
from sandbox.telegram.formatted import caption, formatted
from sandbox.telegram.markup import read_markup
from sandbox.telegram.posting import post_from_bot
from sandbox.telegram.wire import message_json
from sandbox.telegram.world import Content, Media

MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_SIDES = 10_000
MAX_RATIO = 20


def send_photo(emulator: Emulator, call: Call) -> JsonObject:
    return _send(emulator, call, "photo")


def send_document(emulator: Emulator, call: Call) -> JsonObject:
    return _send(emulator, call, "document")


def send_video(emulator: Emulator, call: Call) -> JsonObject:
    return _send(emulator, call, "video")


def _send(emulator: Emulator, call: Call, kind: str) -> JsonObject:
    """A wrong file is noticed last: by then the chat has been found good."""
    source = _source(call, kind, call.text(kind))
    entities = call.json("caption_entities", "can't parse entities JSON object")
    lax = emulator.settings.lax_urls
    text = caption(formatted(call.text("caption"), call.text("parse_mode"), entities, lax_urls=lax))
    markup = read_markup(call, lax_urls=lax)
    chat = emulator.world.writable_chat(call.text("chat_id"))
    content = Content(kind, text, stored_media(emulator, call, kind, source))
    return message_json(emulator, post_from_bot(emulator, chat, call, content, markup))


def _source(call: Call, name: str, reference: str) -> str | Upload:
    if name in call.uploads:
        return call.uploads[name]
    if reference.startswith("attach://"):
        upload = call.uploads.get(reference.removeprefix("attach://"))
        if upload:
            return upload
        raise bad_request(f"there is no {name} in the request")
    if not reference:
        raise bad_request(f"there is no {name} in the request")
    return reference


def attached(call: Call, kind: str, reference: str) -> str | Upload:
    """The file an InputMedia names, uploaded beside it or known by its id."""
    return _source(call, "media" if "media" in call.uploads else kind, reference)


def stored_media(emulator: Emulator, call: Call, kind: str, source: str | Upload) -> Media:
    stored = _known(emulator, kind, source) if isinstance(source, str) else None
    upload = stored.upload if stored else source
    assert isinstance(upload, Upload)
    if not upload.content:
        raise bad_request("file must be non-empty")
    width, height = _photo_size(upload) if kind == "photo" else (0, 0)
    if kind == "video":
        width, height = max(call.integer("width"), 0), max(call.integer("height"), 0)
    kept = stored or emulator.files.keep(kind, upload)
    return Media(kept.file_id, width, height, max(call.integer("duration"), 0))


def _known(emulator: Emulator, kind: str, reference: str) -> StoredFile:
    stored = emulator.files.by_id.get(reference)
    if stored and stored.kind == kind:
        return stored
    if stored:
        raise bad_request(
            f"type of file mismatch: can't use file of type {stored.kind.title()} as {kind.title()}"
        )
    if reference.lower().startswith(("http://", "https://")):
        # The real server would fetch it; this one reaches nothing outside.
        raise bad_request("Failed to get HTTP URL content")
    raise bad_request("wrong file identifier/HTTP URL specified")


def _photo_size(upload: Upload) -> tuple[int, int]:
    size = picture_size(upload.content)
    if size is None:
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED")
    if sum(size) > MAX_SIDES or max(size) > MAX_RATIO * min(size):
        raise ApiError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return size


def get_file(emulator: Emulator, call: Call) -> JsonObject:
    file_id = call.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = emulator.files.by_id.get(file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {**stored.as_file(), "file_path": stored.path}
