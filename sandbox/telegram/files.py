"""Files that were sent, kept in memory under ids that stay good."""

import secrets
import struct
from dataclasses import dataclass, field

from sandbox.telegram.call import Upload
from sandbox.telegram.errors import JsonObject

PNG, JPEG, GIF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8"
JPEG_SIZE_MARKERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
MIME_TYPES = {PNG: "image/png", JPEG: "image/jpeg", GIF: "image/gif"}
FOLDERS = {"photo": "photos", "document": "documents", "video": "videos"}


@dataclass(frozen=True)
class StoredFile:
    file_id: str
    unique_id: str
    kind: str
    path: str
    upload: Upload

    @property
    def size(self) -> int:
        return len(self.upload.content)

    def as_file(self) -> JsonObject:
        return {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }


@dataclass
class Files:
    by_id: dict[str, StoredFile] = field(default_factory=dict)

    def keep(self, kind: str, upload: Upload) -> StoredFile:
        number = len(self.by_id)
        ending = upload.name.rpartition(".")[2] if "." in upload.name else "bin"
        ending = ending if ending.isalnum() and ending.isascii() else "bin"
        stored = StoredFile(
            file_id=f"BQAC{secrets.token_urlsafe(24)}",
            unique_id=f"AQAD{secrets.token_urlsafe(6)}",
            kind=kind,
            path=f"{FOLDERS[kind]}/file_{number}.{ending.lower()}",
            upload=upload,
        )
        self.by_id[stored.file_id] = stored
        return stored

    def at(self, path: str) -> StoredFile | None:
        return next((stored for stored in self.by_id.values() if stored.path == path), None)


def picture_type(content: bytes) -> str | None:
    """The MIME type of a picture by its first bytes; None when it is none we know."""
    return next((mime for magic, mime in MIME_TYPES.items() if content.startswith(magic)), None)


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG or GIF; None when it is no such picture."""
    try:
        if content.startswith(PNG):
            width, height = struct.unpack(">II", content[16:24])
        elif content.startswith(GIF):
            width, height = struct.unpack("<HH", content[6:10])
        elif content.startswith(JPEG):
            return _jpeg_size(content)
        else:
            return None
    except struct.error:
        return None
    return (width, height) if width and height else None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == JPEG[0]:
        if content[at + 1] in JPEG_SIZE_MARKERS:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    return None
