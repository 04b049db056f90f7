"""Serve the service with a clock that reads another instant: python -m tests.journeys.another_day 2026-03-12T14:00:00+08:00."""

import os
import sys
from datetime import datetime

import time_machine
from werkzeug.serving import make_server


def main() -> None:
    with time_machine.travel(datetime.fromisoformat(sys.argv[1]), tick=True):
        from wsgi import app

        make_server("127.0.0.1", int(os.environ["PORT"]), app, threaded=True).serve_forever()


if __name__ == "__main__":
    main()
