"""The yardstick: the least that Flask can answer, served by the same gunicorn with the same options."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Nothing but a word."""
    return "hello"
