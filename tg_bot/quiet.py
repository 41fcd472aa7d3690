"""Errors for the log without what people wrote: messages of exceptions may quote their input."""

import traceback


def without_content(error: BaseException) -> dict[str, str]:
    """For `extra=`: the kind of the error and the lines of code it came through."""
    return {
        "kind": type(error).__name__,
        "trace": "".join(traceback.format_tb(error.__traceback__)),
    }
