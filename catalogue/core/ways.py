"""Ways on from a refusal: the page one came from, the page above it, and what a refusal offers itself."""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from catalogue.core.actor import Actor
from catalogue.core.errors import Refusal


def back(asking: Actor | None, status: int) -> str:
    """Where the reader can go on: the page they came from, else the nearest page above this one that they may open, else the first page.

    After a 404 the row is not there, so no page of a row is offered; a page that was looked at and refused is not offered again.
    """
    looked, rows = request.method == "GET", status != 404
    came = urlsplit(request.referrer or "")
    if came.netloc == request.host and came.path != request.path and _opens(came.path, asking):
        return came.path + (f"?{came.query}" if came.query else "")
    if not looked and _opens(request.path, asking, rows=rows):
        return request.path
    parts = [part for part in request.path.split("/") if part]
    for n in range(len(parts) - 1, 0, -1):
        for path in ("/" + "/".join(parts[:n]), "/" + "/".join(parts[:n]) + "/"):
            if _opens(path, asking, rows=rows):
                return path
    return "/"


def _opens(path: str, asking: Actor | None, *, rows: bool = True) -> bool:
    """Is there a page at this path that this reader may open by its route? Without `rows` only one that shows no single row."""
    try:
        endpoint, values = current_app.url_map.bind(request.host).match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    may = getattr(current_app.view_functions[str(endpoint)], "permission", None)
    return may is not None and bool(may(asking)) and (rows or not values)


def offered(refused: Refusal) -> dict[str, object]:
    """What a refusal offers itself: ways as (value, title, note), the address they are sent to, and the version they need."""
    return {name: refused.params[name] for name in ("ways", "ways_url", "version") if name in refused.params}
