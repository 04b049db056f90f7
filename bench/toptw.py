"""Team orienteering with time windows: how far from the best values that were published?

    python -m bench.toptw                        the instances of this folder, one to four tours, 5 processor seconds each
    python -m bench.toptw --cpu 1 --names c101   other limits, other instances
    python -m bench.toptw --work 2000            the same on any machine
    python -m bench.toptw --folder FOLDER        all *.txt there; without a gap where no value is known

Prints a row per instance and number of tours: profit, best published value, gap, proven bound. Every plan is checked.
"""

import argparse
import statistics
import time
from pathlib import Path

from catalogue.matching.check import check
from catalogue.matching.formats import load_toptw
from catalogue.matching.planner import Stop, solve

FOLDER = Path(__file__).parent / "toptw_instances"

# Best values of one to four tours as the literature has them (docs/matching.md names it).
PUBLISHED = {
    "c101": (320, 590, 810, 1020),
    "r101": (198, 349, 484, 611),
    "rc101": (219, 427, 621, 811),
    "pr01": (308, 502, 622, 657),
    "pr02": (404, 715, 945, 1079),
}


def row(path: Path, tours: int, cpu: float | None, work: int | None, seed: int) -> float | None:
    """Plans, checks, prints; the gap to the published value as a fraction."""
    problem, began = load_toptw(path, tours), time.process_time()
    over = None if cpu is None else (lambda: time.process_time() - began >= cpu)
    result = solve(problem, Stop(work=work, cancelled=over), seed=seed)
    spent = time.process_time() - began
    violations = check(problem, result.plan)
    if violations or result.bound < result.score:
        raise SystemExit(f"{path.stem}: {violations[:3]} score {result.score} bound {result.bound}")
    best = PUBLISHED.get(path.stem, ())
    known = best[tours - 1] if len(best) >= tours else None
    gap = None if known is None else (known - result.score) / known
    told = "" if known is None else f"  published {known:5}  gap {gap:7.2%}"
    print(
        f"{path.stem:8} tours {tours}  profit {result.score:6.0f}{told}  bound {result.bound:8.1f}"
        f"  cpu {spent:5.1f}  {result.stopped_by}",
        flush=True,
    )
    return gap


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--names", nargs="*", help="only these instances")
    parser.add_argument("--tours", nargs="*", type=int, default=[1, 2, 3, 4])
    parser.add_argument("--cpu", type=float, default=5.0, help="processor seconds each")
    parser.add_argument("--work", type=int, help="engine steps instead of time")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    gaps = []
    for path in sorted(given.folder.glob("*.txt")):
        if given.names and path.stem not in given.names:
            continue
        for tours in given.tours:
            gap = row(path, tours, None if given.work else given.cpu, given.work, given.seed)
            if gap is not None:
                gaps.append(gap)
    if gaps:
        print(f"gap to the published values: mean {statistics.mean(gaps):.2%}, worst {max(gaps):.2%} of {len(gaps)}")


if __name__ == "__main__":
    main()
