"""python -m catalogue.matching INSTANCE --out PLAN …: the planner without web or database."""

import sys

from catalogue.matching.command import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], program="python -m catalogue.matching"))
