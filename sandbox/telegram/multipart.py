"""Multipart bodies with file names written bare, as the bot's library writes them.

pyTelegramBotAPI patches urllib3 so that every part says `filename=ключ.txt` without quotes. The
real server takes that; werkzeug reads such a part as a plain field.
"""

import io
import re

from flask import Request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import parse_form_data

BARE_NAME = rb"(\r\nContent-Disposition: form-data;[^\r\n]*; filename=)([^\"\r\n;][^\r\n;]*)"
Parts = tuple[MultiDict[str, str], MultiDict[str, FileStorage]]


def read_parts(request: Request) -> Parts:
    """Fields and files of any form; only headers right behind a boundary are touched."""
    boundary = request.mimetype_params.get("boundary", "")
    if request.mimetype != "multipart/form-data" or not boundary:
        return request.form, request.files
    bare = re.compile(b"(--" + re.escape(boundary.encode()) + b")" + BARE_NAME)
    body = bare.sub(rb'\1\2"\3"', request.get_data(cache=False))
    environ = {
        **request.environ,
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
    }
    environ.pop("werkzeug.request", None)
    _, fields, files = parse_form_data(environ)
    return fields, files
