"""What everybody gets who has not signed his request: an empty 404, whatever he asks for.

It stands in the open internet, where each word of an answer helps to tell what answers. Whoever
has signed with a right key gets all errors as from any other service, also on his token's age or
his clock. /health, /metrics and /openapi.json are for this machine alone.
"""

from flask import Response, g, request
from flask_openapi3 import OpenAPI

from common.access_control import ATTRIBUTE, caller_by, from_this_machine
from common.service_auth import Guard


def turn_away(app: OpenAPI, guard: Guard) -> None:
    """Call it before `assemble`, so that it has the last word on every answer."""

    def ask_at_unknown_paths() -> None:
        """The guard itself asks only where there is a view."""
        if request.endpoint is None:
            g.caller = caller_by(guard)

    def last_word(response: Response) -> Response:
        if "caller" in g or g.get("signed") or _is_local(app):
            return response
        empty = Response(status=404)
        empty.headers.remove("Content-Type")
        return empty

    app.before_request(ask_at_unknown_paths)
    app.after_request(last_word)


def _is_local(app: OpenAPI) -> bool:
    """Whether it is one of the pages that need no signature, asked for on this machine."""
    view = app.view_functions.get(request.endpoint or "")
    return getattr(view, ATTRIBUTE, "") in (None, "loopback") and from_this_machine()
