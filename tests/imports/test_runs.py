"""What becomes of a run when a worker dies, rights end, somebody is faster or a file bursts: never half written, never lost without a word."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalogue.accounts.models import Account, Person
from catalogue.core import apart, audit, clock
from catalogue.core.db import db, transaction
from catalogue.core.errors import IllegalAction, NotAllowed
from catalogue.core.spreadsheets import Unreadable, as_csv
from catalogue.imports import runs, tasks
from catalogue.imports.models import ImportFile, ImportRun, ImportRunHistory
from catalogue.imports.states import NEXT, State
from tests.conftest import KEY
from tests.factories import a_committee, a_district_administrator, a_town_administrator, account_of, actor_of
from tests.imports.test_files import a_book
from tests.imports.test_operations import COURSES, PEOPLE


@pytest.fixture
def sent(app, monkeypatch):
    """A run of two people that waits, and the person who sent it. The table is read in this process: another test reads it apart."""
    monkeypatch.setattr(apart, "read", lambda content, name: apart.parse(content, name))
    a_committee("下塘社区")
    person = a_town_administrator()
    account_of(person)
    db.session.commit()
    with transaction(writes=True):
        run = runs.send("people", as_csv(PEOPLE), "人员.csv", key="k", by=actor_of(person), at=clock.now())
    return run.id, person


def state_of(run_id):
    db.session.rollback()
    run = db.session.get_one(ImportRun, run_id)
    db.session.expunge_all()
    db.session.rollback()
    return run


def ask(query):
    db.session.rollback()
    found = db.session.execute(query).all()
    db.session.rollback()
    return [tuple(row) for row in found]


def take(at=None):
    with transaction(writes=True):
        claim = runs.take(at or clock.now())
    db.session.expunge_all()
    return claim


def confirmed(run_id, person):
    tasks.work(clock.now())
    by = actor_of(db.session.merge(person))
    db.session.rollback()
    with transaction(writes=True):
        runs.confirm(db.session.get_one(ImportRun, run_id), by=by, at=clock.now())
    db.session.expunge_all()


def names():
    return {name for (name,) in ask(sa.select(Person.name).where(Person.name.in_(["职员甲", "职员乙"])))}


def test_every_step_stands_in_history_and_in_a_whole_audit(sent):
    run_id, person = sent
    confirmed(run_id, person)

    tasks.work(clock.now())

    done = state_of(run_id)
    steps = ask(sa.select(ImportRunHistory.action, ImportRunHistory.kind).where(ImportRunHistory.owner_id == run_id))
    assert steps == [
        ("send", "person"), ("check", "job"), ("pass", "job"), ("confirm", "person"), ("write", "job"), ("finish", "person"),
    ]  # fmt: skip
    assert (done.state, done.report["new"], done.rows_done, len(done.seed), names()) == (
        State.DONE,
        2,
        2,
        64,
        {"职员甲", "职员乙"},
    )
    assert audit.verify(KEY).broken == ()


def test_a_worker_that_died_while_checking_is_replaced_after_three_minutes(sent):
    run_id, _person = sent
    dead = take()

    at_once = take()
    later = take(clock.now() + timedelta(minutes=4))

    assert (at_once, later.run_id, later.version > dead.version) == (None, run_id, True)


def test_a_worker_that_died_while_writing_leaves_nothing_and_the_next_one_writes_once(sent, monkeypatch):
    run_id, person = sent
    confirmed(run_id, person)

    def dies(*_arguments, **_more):
        raise SystemExit

    monkeypatch.setattr(runs, "written", dies)
    with pytest.raises(SystemExit):
        tasks.work(clock.now())
    between = (state_of(run_id).state, names())
    monkeypatch.undo()
    monkeypatch.setattr(apart, "read", lambda content, name: apart.parse(content, name))
    db.session.rollback()
    tasks.work(clock.now() + timedelta(minutes=4))

    assert between == (State.WRITING, set())
    assert (state_of(run_id).state, names()) == (State.DONE, {"职员甲", "职员乙"})


def test_a_worker_thought_dead_that_comes_back_writes_nothing_a_second_time(sent):
    run_id, person = sent
    confirmed(run_id, person)
    slow = take()
    quick = take(clock.now() + timedelta(minutes=4))

    tasks.do(quick)
    db.session.expunge_all()
    tasks.do(slow)

    assert (state_of(run_id).state, db.session.scalar(sa.select(sa.func.count(Account.id)).where(Account.username == "xiatang01"))) == (State.DONE, 1)  # fmt: skip


def test_a_run_that_kills_every_worker_fails_with_a_sentence_after_three(sent):
    run_id, _person = sent
    at = clock.now()
    for minutes in (0, 4, 8):
        assert take(at + timedelta(minutes=minutes)).run_id == run_id

    assert take(at + timedelta(minutes=12)) is None
    failed = state_of(run_id)
    assert (failed.state, "什么都没有导入" in failed.sentence) == (State.FAILED, True)
    assert ask(sa.select(ImportFile.run_id)) == []


def test_what_breaks_unexpectedly_fails_with_a_sentence_and_writes_nothing(sent, monkeypatch):
    run_id, _person = sent
    monkeypatch.setattr(tasks.operations, "bring_in", lambda *_a, **_k: 1 / 0)

    tasks.work(clock.now())

    failed = state_of(run_id)
    assert (failed.state, failed.sentence[:14], names()) == (State.FAILED, "后台没能办完，什么都没有导入", set())


def test_a_cancelled_run_is_let_go_by_its_worker(sent):
    run_id, person = sent
    claim, by = take(), actor_of(person)
    db.session.rollback()
    with transaction(writes=True):
        runs.cancel(db.session.get_one(ImportRun, run_id), by=by, at=clock.now())
    db.session.expunge_all()

    with pytest.raises(tasks.Gone):
        tasks._beats(claim)(0, 2)
    tasks.do(claim)

    assert (state_of(run_id).state, names()) == (State.CANCELLED, set())


def test_what_is_being_written_cannot_be_cancelled(sent):
    run_id, person = sent
    confirmed(run_id, person)
    take()

    with transaction(writes=True), pytest.raises(IllegalAction):
        runs.cancel(db.session.get_one(ImportRun, run_id), by=actor_of(person), at=clock.now())


def test_rights_that_ended_meanwhile_count(sent):
    run_id, person = sent
    confirmed(run_id, person)
    db.session.execute(sa.update(Account).where(Account.person_id == person.id).values(disabled_at=clock.now()))
    db.session.commit()

    tasks.work(clock.now())

    refused = state_of(run_id)
    assert (refused.state, refused.sentence, names()) == (State.REFUSED, "发起的人的账号已经停用。", set())


def test_who_may_not_import_a_kind_cannot_send_it(sent):
    _run_id, person = sent

    with transaction(writes=True), pytest.raises(NotAllowed):
        runs.send("courses", as_csv(COURSES), "a.csv", key="c", by=actor_of(person), at=clock.now())


def test_a_row_that_became_wrong_since_the_check_is_named_and_nothing_comes_in(sent):
    run_id, person = sent
    confirmed(run_id, person)
    account_of(a_district_administrator(), "xiatang01")
    db.session.commit()

    tasks.work(clock.now())

    refused = state_of(run_id)
    assert (refused.state, refused.report["wrong"][0][:2], names()) == (State.REFUSED, [2, 3], set())


def test_others_write_while_a_table_is_checked(sent, app, monkeypatch):
    """The check holds a copy: a writer beside it waits for nothing."""
    run_id, _person = sent
    wrote = []
    real = tasks.operations.bring_in

    def another():
        with app.app_context(), transaction(writes=True):
            wrote.append(db.session.execute(sa.update(Person).values(post="改过")).rowcount)

    def watched(*arguments, **more):
        report = real(*arguments, **more)
        thread = threading.Thread(target=another)
        thread.start()
        thread.join(5)
        return report

    monkeypatch.setattr(tasks.operations, "bring_in", watched)
    tasks.work(clock.now())

    assert (state_of(run_id).state, wrote) == (State.READY, [1])


def test_one_run_at_a_time_and_then_the_next(sent):
    run_id, person = sent
    with transaction(writes=True):
        second = runs.send("people", as_csv(PEOPLE), "b.csv", key="l", by=actor_of(person), at=clock.now()).id
    take()

    assert take() is None
    later = clock.now() + timedelta(minutes=4)
    tasks.work(later)
    assert {state_of(run_id).state, state_of(second).state} == {State.READY}


def test_what_nobody_confirms_ends_after_two_days_and_codes_nobody_reads_after_two_weeks(sent):
    run_id, person = sent
    tasks.work(clock.now())

    tasks.sweep(clock.now() + timedelta(days=1))
    waits = state_of(run_id).state
    tasks.sweep(clock.now() + timedelta(days=2, minutes=1))

    assert (waits, state_of(run_id).state, ask(sa.select(ImportFile.run_id))) == (
        State.READY,
        State.CANCELLED,
        [],
    )
    with transaction(writes=True):
        other = runs.send("people", as_csv(PEOPLE), "b.csv", key="l", by=actor_of(person), at=clock.now()).id
    confirmed(other, person)
    tasks.work(clock.now())
    tasks.sweep(clock.now() + timedelta(days=13))
    kept = state_of(other).seed
    tasks.sweep(clock.now() + timedelta(days=15))
    assert (len(kept), state_of(other).seed, state_of(other).opened) == (64, "", [])


def test_the_sweep_asks_for_a_worker_as_long_as_something_waits(sent, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.queue, "ask", asked.append)

    tasks.sweep(clock.now())
    tasks.work(clock.now())
    tasks.sweep(clock.now())

    assert asked == ["imports"]


def test_no_state_leads_to_half_an_import():
    assert {state for state, _action in NEXT} == {
        State.WAITING, State.CHECKING, State.READY, State.CONFIRMED, State.WRITING
    }  # fmt: skip
    assert {after for (state, _a), after in NEXT.items() if state is State.WRITING} == {
        State.WRITING, State.DONE, State.REFUSED, State.FAILED
    }  # fmt: skip


# ── read apart ───────────────────────────────────────────────────────────────────────────────────


def test_a_table_read_apart_is_the_table():
    day = clock.day_of(clock.now())
    content = a_book(["名称", "人数", "比例", "日期", "空"], ["下塘社区", 45, 0.5, day, None])

    rows = apart.read(content, "a.xlsx")

    assert rows == [["名称", "人数", "比例", "日期", "空"], ["下塘社区", 45, 0.5, day, ""]]
    assert apart.read("名称,人数\n下塘,1\n".encode("gb18030"), "A.CSV") == [["名称", "人数"], ["下塘", "1"]]


@pytest.mark.parametrize("burst", ["bytes(900 * 1024 * 1024)", "[n for n in iter(int, 1) if n]"])
def test_what_bursts_memory_or_processor_time_ends_in_a_sentence(monkeypatch, burst):
    program = f"import sys; from catalogue.core import apart; apart.parse = lambda *_a: {burst}; sys.exit(apart.main())"
    monkeypatch.setattr(apart, "_COMMAND", (apart.sys.executable, "-c", program))
    monkeypatch.setattr(apart, "MOST_PROCESSOR", 1)

    with pytest.raises(Unreadable) as refused:
        apart.read(b"a", "a.csv")

    assert refused.value.sentence.startswith("读这个文件要用的内存或时间太多")


def test_what_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr(apart, "_COMMAND", (apart.sys.executable, "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(apart, "MOST_WAIT", 0.5)

    with pytest.raises(Unreadable) as burst:
        apart.read(b"a", "a.csv")

    assert burst.value.sentence.startswith("读这个文件要用的内存或时间太多")


def test_the_program_that_reads_holds_no_secret(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    probe = "import json, os; print(json.dumps({'rows': [[k] for k in os.environ]}))"
    monkeypatch.setattr(apart, "_COMMAND", (apart.sys.executable, "-c", probe))

    assert {row[0] for row in apart.read(b"a", "a.csv")} <= {
        "PYTHONPATH",
        "PYTHONDONTWRITEBYTECODE",
        "LANG",
        "LC_CTYPE",
    }
