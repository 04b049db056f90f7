"""Ways on from a refusal: the page one came from, the page above it, and what a refusal offers itself."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from catalogue.core.actor import Actor
from catalogue.core.errors import Refusal


def back(asking: Actor | None, *, gone: bool = False) -> str:
    """Where the reader can go on: the page they came from, else the nearest page above this one that they may open, else the first page.

    gone: this very page is not to be had (it was not found, or not theirs), so only the pages above it count.
    """
    came = urlsplit(request.referrer or "")
    if came.netloc == request.host and _opens(came.path, asking) and not (gone and came.path == request.path):
        return came.path + (f"?{came.query}" if came.query else "")
    if not gone and _opens(request.path, asking):
        return request.path
    parts = [part for part in request.path.split("/") if part]
    for n in range(len(parts) - 1, 0, -1):
        for path in ("/" + "/".join(parts[:n]), "/" + "/".join(parts[:n]) + "/"):
            if _opens(path, asking):
                return path
    return "/"


def _opens(path: str, asking: Actor | None) -> bool:
    """Is there a page at this path that this reader may open by its route?"""
    try:
        endpoint, _values = current_app.url_map.bind(request.host).match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    may = getattr(current_app.view_functions[str(endpoint)], "permission", None)
    return may is not None and bool(may(asking))


def offered(refused: Refusal) -> dict[str, object]:
    """What a refusal offers itself: ways as (value, title, note), the address they are sent to, and the version they need."""
    return {name: refused.params[name] for name in ("ways", "ways_url", "version") if name in refused.params}
