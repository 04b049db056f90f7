"""Figures for Prometheus at /metrics, added up over all worker processes; not for the public.

With METRICS_TOKEN set: `Authorization: Bearer …`. Without: only a caller on this machine who did not come through a
proxy. Everybody else is told there is no such page.
"""

import hmac
import os
import time
from collections.abc import Callable, Iterable
from functools import cache

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from catalogue.core.web import machines, permit

REQUESTS = Counter("songxue_requests", "Requests answered.", ["endpoint", "status"])
SECONDS = Histogram(
    "songxue_request_seconds",
    "Time to answer a request.",
    ["endpoint"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5),
)
LOOPBACK = ("127.0.0.1", "::1")
TRACES_OF_A_PROXY = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via")

Reading = tuple[str, str, Callable[[], float]]
pages = Blueprint("metrics", __name__)


def init_app(app: Flask, *, token: str = "", readings: Iterable[Reading] = ()) -> None:
    """Time every request and serve /metrics.

    `readings` are figures read at each scrape: name, meaning, and the function that reads it, such as how many
    outbox rows wait. Times come from the request's start as core.logs keeps it.
    """
    app.extensions["metrics"] = (token, tuple(readings))
    app.register_blueprint(pages)
    app.after_request(_count)


@pages.get("/metrics")
@permit(machines)  # machines do not sign in: the page looks at the caller itself
def metrics() -> Response:
    """The figures as Prometheus reads them."""
    token, readings = current_app.extensions["metrics"]
    if not _may_read(token):
        abort(404)
    return Response(_counted() + _read_now(readings), content_type=CONTENT_TYPE_LATEST)


def _count(response: Response) -> Response:
    requests, seconds = _figures(request.endpoint or "none", response.status_code // 100)
    requests.inc()
    if "request_began" in g:
        seconds.observe(time.perf_counter() - g.request_began)
    return response


@cache
def _figures(endpoint: str, hundreds: int) -> tuple[Counter, Histogram]:
    """The two figures of an endpoint: looking them up costs more than counting."""
    return REQUESTS.labels(endpoint, f"{hundreds}xx"), SECONDS.labels(endpoint)


def _may_read(token: str) -> bool:
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    return request.remote_addr in LOOPBACK and not any(name in request.headers for name in TRACES_OF_A_PROXY)


def _counted() -> bytes:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _read_now(readings: tuple[Reading, ...]) -> bytes:
    class Now(Collector):
        def collect(self) -> Iterable[GaugeMetricFamily]:
            up = 1.0
            for name, meaning, read in readings:
                try:
                    yield GaugeMetricFamily(name, meaning, value=read())
                except SQLAlchemyError:
                    up = 0.0
                    break
            yield GaugeMetricFamily(
                "songxue_database_up", "1 when the database answered for the figures above.", value=up
            )

    registry = CollectorRegistry()
    registry.register(Now())
    return generate_latest(registry)
