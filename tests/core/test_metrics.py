"""Figures are for Prometheus, not for the public."""

from flask import Flask

from catalogue.core import logs, metrics


def an_app(token: str = "") -> Flask:
    app = Flask(__name__)
    logs.init_app(app)
    metrics.init_app(app, token=token, readings=[("songxue_outbox_waiting", "Rows that wait.", lambda: 7)])
    app.testing = True
    return app


def test_a_caller_on_the_machine_reads_counts_times_and_live_figures() -> None:
    client = an_app().test_client()
    client.get("/nowhere")

    text = client.get("/metrics").text

    assert 'songxue_requests_total{endpoint="none",status="4xx"}' in text
    assert 'songxue_request_seconds_bucket{endpoint="none",le="0.01"}' in text
    assert "songxue_outbox_waiting 7.0" in text


def test_nobody_reads_through_a_proxy_or_from_elsewhere() -> None:
    client = an_app().test_client()

    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "10.0.0.9"}).status_code == 404


def test_with_a_token_only_the_token_opens() -> None:
    client = an_app(token="0123456789abcdef").test_client()

    def status(value: str) -> int:
        return client.get("/metrics", headers={"Authorization": value}).status_code

    assert status("Bearer 0123456789abcdef") == 200
    assert (status("Bearer 0123456789abcdee"), status(""), status("Bearer ")) == (404, 404, 404)
