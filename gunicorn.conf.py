"""How the web server runs; `gunicorn wsgi:app` in the project's folder reads this file by itself.

gthread with as many workers as cores and four threads each was the best of the kinds measured
(docs/performance.md). Behind another address than loopback: gunicorn --bind 0.0.0.0:8000 wsgi:app
"""

import gc
import os
import shutil
from pathlib import Path

from catalogue.core import logs
from config import at_start

start = at_start()

bind = f"127.0.0.1:{start.port}"
worker_class = "gthread"
workers = start.web_workers
threads = start.web_threads
keepalive = 5
timeout = 30  # a worker that is silent for so long is replaced
graceful_timeout = 20  # what a request that runs may still take after a stop
max_requests = 50_000  # a worker is renewed now and then, so that a slow leak of any library stays harmless
max_requests_jitter = 5_000
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
forwarded_allow_ips = ""  # TRUSTED_PROXIES alone decides whether a forwarded header is believed
control_socket_disable = True
accesslog = None  # the application writes one line per request itself, with its id and without its address line
logconfig_dict = logs.stdlib(start.log_level)
proc_name = "songxue"

preload_app = True  # workers share the memory of the libraries, and a killed one is replaced in milliseconds

# Where the workers add up their figures, of this start only; the variable must be there before the application is.
metrics_folder = start.upload_dir.parent / f"metrics-{start.port}"
if os.environ.get("PROMETHEUS_MULTIPROC_DIR") != str(metrics_folder):
    shutil.rmtree(metrics_folder, ignore_errors=True)
    metrics_folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics_folder)


def pre_fork(server: object, worker: object) -> None:
    """What is loaded by now is never collected, so its pages stay shared."""
    gc.freeze()


def child_exit(server: object, worker: object) -> None:
    """The figures of a worker that ended stay counted; only its live gauges go."""
    from prometheus_client import multiprocess  # only after PROMETHEUS_MULTIPROC_DIR is set

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[attr-defined]
