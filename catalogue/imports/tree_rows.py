"""Rows of organisations and of people: their columns, and how one row is taken through the operations of the pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalogue.accounts import keys
from catalogue.accounts import operations as people
from catalogue.accounts import queries as accounts
from catalogue.accounts.errors import NotYours
from catalogue.accounts.models import Account, Person
from catalogue.accounts.passwords import Start
from catalogue.accounts.words import ROLE_WORDS
from catalogue.core import clock
from catalogue.core.actor import Actor, Kind, Level, Role
from catalogue.core.db import db
from catalogue.core.errors import Invalid
from catalogue.core.text import login_name, plain_phone
from catalogue.core.words import _
from catalogue.imports import finding
from catalogue.imports.columns import Column, Line, day, degree, one_of, several, some_of, text
from catalogue.organisations import operations as organisations
from catalogue.organisations import queries, reshaping
from catalogue.organisations.models import CommunityType, Organisation, OrganisationKind

Values = Mapping[str, Any]
DETAILS = ("address", "telephone", "latitude", "longitude", "code")
PERSON = ("name", "post", "phone", "email", "in_post_since")


def organisation_columns() -> list[Column]:
    kinds = one_of(lambda: finding.labels(OrganisationKind))
    return [
        Column("名称", "name", text(60), must=True, example="下塘社区", also=("单位名称", "单位", "全称")),
        Column("种类", "kind", kinds, must=True, example="居民区", words="区、街道、镇、居民区、村、学院、分院等，见页面上的列表。", also=("类别", "单位种类")),
        Column("上级", "parent", text(130), must=True, example="练塘镇", words="写名称；有重名的写“上级/名称”，例如“青浦区/练塘镇”。可以是本表里的另一行。", also=("上级单位", "所属街镇", "街镇")),
        Column("代码", "code", text(12), example="", words="统计用区划代码，12 位数字。填了就按代码认单位，名称、种类、上级不同就从今天起改。", also=("统计用区划代码", "区划代码", "编码")),
        Column("简称", "short_name", text(30), also=("单位简称",)),
        Column("地址", "address", text(120), example="练塘镇下塘街 1 号", also=("详细地址",)),
        Column("电话", "telephone", text(30), example="021-00100000", also=("联系电话", "办公电话")),
        Column("纬度", "latitude", degree(-90, 90), example=31.01, words="纬度和经度一起填，才能算讲师路上的时间。"),
        Column("经度", "longitude", degree(-180, 180), example=121.05),
        Column("别名", "aliases", several, example="下塘、下塘居委会", words="几个别名用顿号隔开。只会增加，不会删去。", also=("别的写法", "其他写法")),
        Column("社区类型", "types", some_of(lambda: finding.labels(CommunityType)), example="动迁安置", words="居村才填，几种用顿号隔开。"),
        Column("开始日期", "on", day, words="只在新建时用，不填就是今天。", also=("从哪天起", "成立日期")),
        Column("编号字母", "number_prefix", text(6), words="只有区要填，例如青浦是 QP。"),
    ]  # fmt: skip


def take_organisation(row: Values, by: Actor, at: datetime) -> None:
    """Creates or changes one organisation. Its key is the code, else name and parent."""
    parent = finding.organisation(by, row["parent"], field="parent")
    found = _known_organisation(row, parent, by)
    if found is None:
        made = {k: row[k] for k in ("short_name", "number_prefix", "on", *DETAILS) if k in row}
        found = organisations.create(
            parent=parent, kind=row["kind"], name=row["name"], aliases=row.get("aliases", ()), by=by, at=at, **made
        )  # fmt: skip
        _set_types(found, row, by, at)
        return
    today = clock.day_of(at)
    short_name = row.get("short_name", found.short_name)
    if (found.name, found.short_name) != (row["name"], short_name):
        reshaping.rename(found, row["name"], on=today, by=by, at=at, short_name=short_name)
    if found.kind != row["kind"]:
        reshaping.set_kind(found, row["kind"], on=today, by=by, at=at)
    if found.parent_id != parent.id:
        reshaping.move(found, parent, on=today, by=by, at=at)
    details = {k: row[k] for k in DETAILS if k in row}
    if details:
        organisations.edit(found, details, by=by, at=at)
    for alias in row.get("aliases", ()):
        organisations.add_alias(found, alias, by=by, at=at)
    _set_types(found, row, by, at)


def _set_types(found: Organisation, row: Values, by: Actor, at: datetime) -> None:
    if row.get("types"):
        if found.level is not Level.COMMITTEE:
            raise Invalid(_("只有居村填社区类型。"), field="types")
        organisations.set_types(found, row["types"], on=max(clock.day_of(at), found.started_on), by=by, at=at)


def parents_first(lines: Sequence[Line]) -> list[Line]:
    """The rows of organisations so that whatever stands below another row of the table comes after it."""
    waiting, done = list(lines), []
    while waiting:
        names = {line.values.get("name") for line in waiting}
        ready = [line for line in waiting if above(line) not in names]
        done += ready or waiting
        waiting = [line for line in waiting if line not in ready] if ready else []
    return done


def above(line: Line) -> str:
    """The name of the organisation a row stands below."""
    return str(line.values.get("parent", "")).rpartition("/")[2]


def _known_organisation(row: Values, parent: Organisation, by: Actor) -> Organisation | None:
    query = sa.select(Organisation) if by.kind is Kind.JOB else queries.visible(by)
    query = query.where(Organisation.ended_on.is_(None))
    if row.get("code"):
        found = db.session.scalars(query.where(Organisation.code == row["code"])).first()
        if found is not None:
            return found
    return db.session.scalars(
        query.where(Organisation.name == row["name"], Organisation.parent_id == parent.id)
    ).first()


def people_columns() -> list[Column]:
    roles = {str(label): role for role, label in ROLE_WORDS.items()}
    return [
        Column("姓名", "name", text(40), must=True, example="张三（例）", also=("名字", "人员姓名")),
        Column("单位", "organisation", text(130), must=True, example="下塘社区", words="写名称；有重名的写“上级/名称”。", also=("所在单位", "单位名称", "居村")),
        Column("职务", "post", text(40), example="社区干事", also=("职位",)),
        Column("电话", "phone", text(30), example="13800000000", words="同一单位有同名的人时，按电话认人。", also=("手机", "手机号", "手机号码", "联系电话")),
        Column("邮箱", "email", text(120)),
        Column("到岗日期", "in_post_since", day, example="2026-03-01"),
        Column("账号", "username", text(40), example="xiatang01", words="填了就开账号，导入后给一次性的首次口令。再导入按账号认人。", also=("用户名", "登录名", "账号名")),
        Column("岗位", "roles", some_of(lambda: roles), example="点单员", words="几个岗位用顿号隔开，只能给不高于您自己的岗位。", also=("角色", "系统岗位")),
    ]  # fmt: skip


def take_person(row: Values, by: Actor, at: datetime, start: Start | None = None) -> bool:
    """Creates or changes one person with roles and account. Key: the account, else name and organisation. True when an account was opened with `start`."""
    place = finding.organisation(by, row["organisation"], field="organisation", again=True)
    account = _account(row)
    person = _known_person(row, place, account, by)
    values = {k: row[k] for k in PERSON if k in row}
    fresh = person is None  # nobody yet: no role, no account to look for
    if person is None:
        person = people.create_person(place, by=by, at=at, **values)
    elif any(getattr(person, k) != v for k, v in values.items()):
        people.edit_person(person, values, by=by, at=at)
    for role in row.get("roles") or ():
        if fresh or not accounts.overlapping(person.id, role, place.id, clock.day_of(at), None):
            _grant(person, role, place, by, at)
    if not fresh and row.get("username") and account is None and accounts.account_of(person.id) is not None:
        raise Invalid(_("这位人员已经有账号了，和这里写的不一样。"), field="username")
    if row.get("username") and account is None and start is not None:
        keys.create_account(person, row["username"], start, by=by, at=at)
        return True
    return False


def _grant(person: Person, role: Role, place: Organisation, by: Actor, at: datetime) -> None:
    try:
        people.grant(person, role, place, starts_on=clock.day_of(at), by=by, at=at)
    except NotYours as refused:  # the cell to mend is the role, not the organisation
        raise Invalid(refused.sentence, field="roles") from None


def _account(row: Values) -> Account | None:
    if not row.get("username"):
        return None
    try:
        name = login_name(row["username"])
    except ValueError as trouble:
        raise Invalid(str(trouble), field="username") from None
    return db.session.scalars(sa.select(Account).where(Account.username == name)).first()


def _known_person(row: Values, place: Organisation, account: Account | None, by: Actor) -> Person | None:
    if account is not None:
        person = db.session.get_one(Person, account.person_id)
        visible = db.session.scalar(sa.select(Person.id).where(Person.id == person.id, accounts.kept_by(by)))
        if visible is None or person.organisation_id != place.id or person.name != row["name"]:
            raise Invalid(_("这个账号已经有人用了，请换一个。"), field="username")
        return person
    query = sa.select(Person).where(
        Person.organisation_id == place.id, Person.name == row["name"], Person.ended_on.is_(None)
    )
    found = db.session.scalars(query.order_by(Person.id)).all()
    phone = _phone(row)
    same = [p for p in found if phone and p.phone == phone] or [p for p in found if not phone or not p.phone]
    if len(same) > 1:
        raise Invalid(_("这个单位有几位“%(name)s”，请填电话或账号来认人。", name=row["name"]), field="phone")
    return same[0] if same else None


def _phone(row: Values) -> str:
    try:
        return plain_phone(row["phone"]) if row.get("phone") else ""
    except ValueError as trouble:
        raise Invalid(str(trouble), field="phone") from None
