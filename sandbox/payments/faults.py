"""Puts the API faults that are switched on between a caller and a provider's API."""

from flask import Blueprint, Response, g, request

from common.clock import Sleep
from sandbox.payments.switches import ApiFault, Provider, SwitchBoard

_HTML = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"
_BODIES = {
    "500": (
        '{"type":"error","id":"3f1bc5f1-2b0e-4a63-8e68-6a4f4a4c4f58",'
        '"code":"internal_server_error","description":"Internal server error"}'
    ),
    "429": (
        '{"type":"error","id":"3f1bc5f1-2b0e-4a63-8e68-6a4f4a4c4f58",'
        '"code":"too_many_requests","description":"Too many requests"}'
    ),
    "202": '{"type":"processing","description":"Request accepted, but not processed yet",'
    '"retry_after":1800}',
}


def meet_faults(blueprint: Blueprint, provider: Provider, board: SwitchBoard, sleep: Sleep) -> None:
    """A fault that is not `processed` answers before the view runs, the others after it did."""

    def before() -> Response | None:
        g.fault = board.take_fault(provider, request.method)
        if g.fault is None or g.fault.processed:
            return None
        fault, g.fault = g.fault, None
        return _bad_answer(fault, sleep)

    def after(response: Response) -> Response:
        fault = g.get("fault")
        if fault is None:
            return response
        return _bad_answer(fault, sleep) or response

    blueprint.before_request(before)
    blueprint.after_request(after)


def _bad_answer(fault: ApiFault, sleep: Sleep) -> Response | None:
    """None after a hang: the held call goes on as if nothing had happened."""
    if fault.mode == "hang":
        sleep(fault.seconds)
        return None
    if fault.mode == "502":
        return Response(_HTML, status=502, content_type="text/html")
    return Response(_BODIES[fault.mode], status=int(fault.mode), content_type="application/json")
