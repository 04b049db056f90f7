"""The planner on the command line: make a plan for an instance, check one, or ask one (docs/formats.md)."""

import argparse
import json
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from catalogue.matching import command_asks
from catalogue.matching.check import check
from catalogue.matching.formats import load, load_plan, load_toptw, plan_document
from catalogue.matching.planner import Params, Result, Step, Stop, solve
from catalogue.matching.problem import Problem
from catalogue.matching.quiet import alone
from catalogue.matching.scoring import score_of

SHOWN = 20


def run(arguments: Sequence[str], program: str, began: float | None = None) -> int:
    """Do what the arguments say; 0 = done, 1 = a checked plan breaks a rule, 2 = refused with one line on stderr.

    began: the instant of time.monotonic() from which --seconds counts (default: now).
    """
    began = time.monotonic() if began is None else began
    try:
        if arguments and arguments[0] == "check":
            return _check(_check_parser(f"{program} check").parse_args(arguments[1:]))
        if arguments and arguments[0] in ("why", "whatif"):
            return _asked(arguments[0], arguments[1:], program)
        return _plan(_plan_parser(program).parse_args(arguments), began)
    except (ValueError, OSError) as error:
        said = str(error) if isinstance(error, ValueError) else f"{error.filename}: {error.strerror}"
        sys.stderr.write(f"error: {' '.join(said.split())}\n")
        return 2
    except MemoryError:
        sys.stderr.write("error: the instance does not fit into memory\n")
        return 2


class Parser(argparse.ArgumentParser):
    """Refuses like everything else here: one line, exit code 2."""

    def error(self, message: str) -> NoReturn:
        """What argparse calls for arguments it does not accept."""
        raise ValueError(f"{message}; see {self.prog} --help")


def _plan_parser(program: str) -> argparse.ArgumentParser:
    parser = Parser(program, description="为一个实例排课：讲师、场地、时间一并选定，并给出与最优的差距上限。")
    parser.add_argument("instance", type=Path, metavar="INSTANCE", help="实例文件（docs/formats.md）")
    parser.add_argument("--out", type=Path, required=True, metavar="PLAN", help="方案写到哪个文件")
    parser.add_argument(
        "--seconds", type=_seconds, metavar="S", help="从启动到方案写好，最多几秒（默认 30；已给 --work 时不限）"
    )
    parser.add_argument(
        "--work", type=_work, metavar="N", help="引擎最多走几步；相同的步数和种子在任何机器上得到相同的方案"
    )
    parser.add_argument("--seed", type=_seed, default=1, metavar="N", help="种子（默认 1）")
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")
    _add_format(parser)
    return parser


def _check_parser(program: str) -> argparse.ArgumentParser:
    parser = Parser(program, description="检查一份方案：违反了哪些规则，得分多少。")
    parser.add_argument("instance", type=Path, metavar="INSTANCE")
    parser.add_argument("plan", type=Path, metavar="PLAN")
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")
    _add_format(parser)
    return parser


def _asked(question: str, arguments: Sequence[str], program: str) -> int:
    if question == "why":
        parser = Parser(f"{program} why", description="一份点单为什么这样排，或者为什么没有排上。")
        command_asks.add_why(parser)
    else:
        parser = Parser(f"{program} whatif", description="如果少了这些讲师、场地或点单，方案会差多少。")
        command_asks.add_what_if(parser, _seconds, _work)
    _add_format(parser)
    given = parser.parse_args(arguments)
    return (command_asks.why if question == "why" else command_asks.if_so)(given, _read)


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("json", "toptw"), default="json", help="实例的格式（默认 json）")
    parser.add_argument("--tours", type=int, metavar="M", help="toptw：几条路线（默认取文件首行第二个数）")
    parser.add_argument(
        "--scale", type=int, metavar="F", help="toptw：时间放大几倍后取整（默认 10，文件名以 pr 开头的为 100）"
    )


def _read(given: argparse.Namespace) -> Problem:
    if given.format == "toptw":
        return load_toptw(given.instance, given.tours, given.scale)
    return load(given.instance)


# --- a plan -------------------------------------------------------------------------------------------------------


def _plan(given: argparse.Namespace, began: float) -> int:
    problem = _read(given)
    with _placed(given.out) as written:
        limit = given.seconds if given.seconds is not None else None if given.work is not None else 30.0
        left = None if limit is None else max(0.0, limit - _time_to_write(problem))
        with _interruptible() as interrupted, alone():
            talk = sys.stderr.isatty() and not given.json
            stop = Stop(seconds=left, work=given.work, cancelled=interrupted)
            result = solve(problem, stop, Params(), given.seed, _tell if talk else None, began)
        if talk:
            sys.stderr.write("\n")
        version = 1 if _fits_version_1(problem) else 2
        document = plan_document(problem, result.plan, version)
        written.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    figures = _figures(result, time.monotonic() - began)
    _say(json.dumps(figures, ensure_ascii=False) if given.json else _in_words(problem, figures, given.out))
    return 0


def _figures(result: Result, seconds: float) -> dict[str, Any]:
    """What --json prints: gap is a fraction of the bound; memory in megabytes at its highest."""
    spent = os.times()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {
        "served": len({one.order for one in result.plan}),
        "score": round(result.score, 1),
        "bound": round(result.bound, 1),
        "gap": round(result.gap, 6),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(spent.user + spent.system + spent.children_user + spent.children_system, 3),
        "memory_mb": round(most / 1024, 1),
        "stopped_by": result.stopped_by,
    }


def _in_words(problem: Problem, figures: dict[str, Any], out: Path) -> str:
    reasons = {
        "proved": "已证明最优",
        "seconds": "到时间",
        "work": "到步数",
        "cancelled": "被中止",
        "finished": "没有可再改进的",
    }
    return (
        f"{len(problem.orders):,} 份点单排上 {figures['served']:,} 份，得分 {figures['score']:,.1f}，"
        f"与最优方案的差距不超过 {figures['gap']:.2%}。\n"
        f"用时 {figures['seconds']:.1f} 秒（处理器 {figures['cpu_seconds']:.1f} 秒），内存 {figures['memory_mb']:.0f} MB，"
        f"停止原因：{reasons.get(figures['stopped_by'], figures['stopped_by'])}。\n方案已写到 {out}"
    )


def _tell(step: Step) -> None:
    gap = "" if not step.bound else f"，差距不超过 {max(0.0, step.bound - step.score) / abs(step.bound):.2%}"
    sys.stderr.write(f"\r\033[K{step.seconds:.0f} 秒，已排 {step.served:,} 份{gap}")
    sys.stderr.flush()


def _fits_version_1(problem: Problem) -> bool:
    """Version 1 says everything about a plan unless lessons have several lecturers or ways, or may be shared."""
    plain = all(order.lecturers_needed == 1 and len(order.modes) == 1 for order in problem.orders)
    return plain and problem.joining is None


# --- a check ------------------------------------------------------------------------------------------------------


def _check(given: argparse.Namespace) -> int:
    problem = _read(given)
    plan = load_plan(problem, given.plan)
    violations = check(problem, plan)
    score = score_of(problem, plan)
    by_rule = dict(sorted(Counter(one.rule for one in violations).items()))
    if given.json:
        said = {
            "valid": not violations,
            "violations": by_rule,
            "first_violations": [list(one) for one in violations[:SHOWN]],
            "orders": len(problem.orders),
            "served": score.orders,
            "score": round(score.total, 1),
        }
        _say(json.dumps(said, ensure_ascii=False))
        return 1 if violations else 0
    _say(f"{len(problem.orders):,} 份点单排上 {score.orders:,} 份，得分 {score.total:,.1f}。")
    if not violations:
        _say("没有违反规则。")
        return 0
    for rule, times in by_rule.items():
        names = [one.order for one in violations if one.rule == rule]
        more = "" if times <= SHOWN else " …"
        _say(f"违反 {rule} {times:,} 处：{'、'.join(names[:SHOWN])}{more}")
    return 1


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


# --- time, files, signals -----------------------------------------------------------------------------------------


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 10**6:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1000000, not {text}")
    return value


def _work(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 10**12:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 10^12, not {text}")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**32:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to {2**32 - 1}, not {text}")
    return value


def process_began() -> float:
    """When this process started, on time.monotonic()'s clock; now where the system does not tell."""
    try:
        ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
        up = float(Path("/proc/uptime").read_text().split()[0])
        age = up - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        age = 0.0
    return time.monotonic() - min(max(age, 0.0), 60.0)


def _time_to_write(problem: Problem) -> float:
    return 0.05 + 2e-5 * len(problem.orders)


@contextmanager
def _placed(out: Path) -> Iterator[Path]:
    """A file beside `out` that takes its name when all went well: no half-written plan, and no wait for a bad path."""
    if out.is_dir():
        raise IsADirectoryError(21, "is a directory", str(out))
    if not out.parent.is_dir():
        raise FileNotFoundError(2, "its folder does not exist", str(out))
    number, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    os.close(number)
    path = Path(name)
    try:
        yield path
        mask = os.umask(0)
        os.umask(mask)
        path.chmod(0o666 & ~mask)
        path.replace(out)
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _interruptible() -> Iterator[Any]:
    """Ctrl-C or a termination stops the engine and keeps its best plan; the second one stops everything."""
    asked: list[int] = []

    def ask(number: int, _frame: object) -> None:
        if asked:
            sys.exit(128 + number)
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
