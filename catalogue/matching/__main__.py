"""python -m catalogue.matching INSTANCE --out PLAN …: the planner without web or database."""

import sys

from catalogue.matching.command import process_began, run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], "python -m catalogue.matching", process_began()))
