"""How near to the best possible are the planner's plans? Prints a row per instance: ratios and gaps of one run.

    python -m bench.matching                                  district, tight and easy, fresh seeds
    python -m bench.matching --size town --shapes tight easy rooms days online pins corps odd --seeds 1 2 3 --seconds 5
    python -m bench.matching --file INSTANCE.json --seconds 15
    RIVALS=/path/to/python python -m bench.matching           also CP-SAT and Timefold, if that Python has them

Every plan is made by `python -m catalogue.matching` in a process of its own and checked by the independent checks of
catalogue/matching. gap: to the bound the planner proved; first: score over first come, first served (the planner
stopped at once). A line below for each rival in a process of its own: our score over its score, processor and wall
seconds, memory; it may search for `--rival-seconds` (default 8 times the planner's processor time, at least 5), reading
and starting not counted. again: what a replan after illness, cancellations and late orders changed of the lessons kept.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import instances
from catalogue.matching.check import check
from catalogue.matching.formats import load, load_plan
from catalogue.matching.scoring import score_of

ROOT = Path(__file__).resolve().parents[1]
RIVALS = {"CP-SAT": ("ortools", "rival_cp_sat"), "Timefold": ("timefold", "rival_timefold")}
PATIENCE = 300  # seconds for reading, starting and writing
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Row:
    """What one instance gave."""

    name: str
    said: dict[str, Any]
    first: float

    def line(self) -> str:
        told = self.said
        return (
            f"{self.name:24} gap {told['gap']:8.4%}  served {told['served']:6,}  first {self.first:.3f}"
            f"  cpu {told['cpu_seconds']:7.1f}  wall {told['seconds']:7.1f}  {told['memory_mb']:6.0f} MB  {told['stopped_by']}"
        )


def planned(instance: Path, plan: Path, *arguments: str) -> dict[str, Any]:
    """One run of the command; the plan is checked and its score reckoned apart."""
    command = [sys.executable, "-m", "catalogue.matching", str(instance), "--out", str(plan), "--json", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{instance.name}: {done.stderr}")
    said: dict[str, Any] = json.loads(done.stdout)
    problem = load(instance)
    assignments = load_plan(problem, plan)
    violations = check(problem, assignments)
    score = score_of(problem, assignments).total
    if violations or abs(score - said["score"]) > 0.2 or said["score"] > said["bound"] + 0.2:
        raise SystemExit(f"{instance.name}: {violations[:5]} score {score:.1f}, said {said}")
    return said


def against(rival: str, instance: Path, folder: Path, seconds: float, ours: float) -> str:
    """A line about a rival's plan for the same instance; says why where there is none."""
    package, module = RIVALS[rival]
    python, plan = os.environ["RIVALS"], folder / f"{module}.json"
    name = f"    against {rival:12}"
    if subprocess.run([python, "-c", f"import {package}"], capture_output=True).returncode:
        return f"{name} {package} is not installed in {python}"
    plan.unlink(missing_ok=True)
    began = time.monotonic()
    command = [python, "-m", f"bench.{module}", str(instance), str(plan), f"{seconds:.0f}"]
    with (folder / "said").open("w+") as said, subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said) as running:
        late = threading.Timer(2 * seconds + PATIENCE, running.kill)
        late.start()
        _, status, spent = os.wait4(running.pid, 0)
        late.cancel()
        running.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        said.seek(0)
        last = (said.read().strip().splitlines() or ["ended without a word"])[-1]
    used = f"cpu {spent.ru_utime + spent.ru_stime:7.1f}  wall {wall:7.1f}  {spent.ru_maxrss / 1024:6.0f} MB"
    if running.returncode or not plan.exists():
        why = "stopped after too long" if running.returncode < 0 else last[:120]
        return f"{name} no plan  {used}  ({why})"
    problem = load(instance)
    assignments = load_plan(problem, plan)
    violations = check(problem, assignments)
    score = score_of(problem, assignments)
    ratio = f"ratio {ours / score.total:.3f}" if score.total > 0 else "no points"
    broken = f"  breaks {len(violations)} rules" if violations else ""
    return f"{name} {ratio}  served {score.orders:6,}  {used}{broken}"


def written(document: dict[str, Any], folder: Path) -> Path:
    path = folder / f"{document['name']}.json"
    path.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")
    return path


def made(size: str, shape: str, seed: int, folder: Path) -> Path:
    """The instance in a file; `pins` is planned once, and that plan is half fixed, half the plan before."""
    document = instances.instance(size, shape, seed)
    path = written(document, folder)
    if shape == "pins":
        planned(path, folder / "before.json", "--work", "0")
        before = json.loads((folder / "before.json").read_text())["assignments"]
        path = written(instances.with_pins(document, before, seed), folder)
    return path


def again(instance: Path, plan: Path, seed: int, folder: Path, seconds: float) -> str:
    """Replans after a disturbance; the share of lessons kept that changed."""
    before = json.loads(plan.read_text())["assignments"]
    document = instances.disturbed(json.loads(instance.read_text()), before, seed)
    path = written(document, folder)
    said = planned(path, folder / "again.json", "--seconds", f"{seconds:g}")
    after = {row["order"]: row for row in json.loads((folder / "again.json").read_text())["assignments"]}
    kept = [row for row in document["previous"] if row["order"] in after]
    changed = sum(after[row["order"]] != row for row in kept)
    return f"{document['name']:24} gap {said['gap']:8.4%}  changed {changed}/{len(kept)} = {changed / max(1, len(kept)):.2%}  cpu {said['cpu_seconds']:.1f}"


def runs(given: argparse.Namespace, folder: Path) -> Iterator[tuple[str, Path, int]]:
    if given.file:
        yield from (("file", path, 0) for path in given.file)
        return
    for shape in given.shapes:
        for seed in given.seeds:
            yield shape, made(given.size, shape, seed, folder), seed


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=tuple(instances.SIZES), default="district")
    parser.add_argument("--shapes", nargs="+", choices=tuple(instances.SHAPES), default=["tight", "easy"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[time.time_ns() % 10**6 + n for n in range(3)])
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--file", nargs="*", type=Path)
    parser.add_argument("--rival-seconds", type=float)
    parser.add_argument("--again", action="store_true", help="also replan after a disturbance")
    given = parser.parse_args()
    gaps: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="songxue-bench-") as name:
        folder = Path(name)
        for shape, instance, seed in runs(given, folder):
            first = planned(instance, folder / "first.json", "--work", "0")["score"]
            plan = folder / "plan.json"
            said = planned(instance, plan, "--seconds", f"{given.seconds:g}")
            seconds = given.rival_seconds or max(5.0, 8 * said["cpu_seconds"])
            print(Row(instance.stem, said, said["score"] / first if first > 0 else float("nan")).line(), flush=True)
            for rival in RIVALS if "RIVALS" in os.environ else ():
                print(against(rival, instance, folder, seconds, said["score"]), flush=True)
            gaps.setdefault(shape, []).append(said["gap"])
            if given.again:
                print(again(instance, plan, seed, folder, given.seconds), flush=True)
    for shape, found in gaps.items():
        print(f"{shape}: median gap {statistics.median(found):.4%}, worst {max(found):.4%}")


if __name__ == "__main__":
    main()
