"""Finding what a cell names: an organisation by code, name or path, inside what the actor may see."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from catalogue.core.actor import Actor, Kind
from catalogue.core.db import db
from catalogue.core.errors import Invalid
from catalogue.core.words import _
from catalogue.courses.models import Course
from catalogue.organisations import queries as organisations
from catalogue.organisations.models import Organisation, OrganisationLink

_FOUND = "organisations_found"


def labels(model: Any) -> Mapping[str, str]:
    """Label → code of a vocabulary, entries that ended left out."""
    query = sa.select(model.label, model.code)
    if "ended_on" in model.__table__.columns:
        query = query.where(model.ended_on.is_(None))
    return {row[0]: row[1] for row in db.session.execute(query.order_by(model.label))}


def organisation(by: Actor, said: str, *, field: str, again: bool = False) -> Organisation:
    """One organisation in sight by its 统计代码, its name, or 上级/名称 where a name occurs twice. Raises Invalid at its field.

    `again`: what this transaction has found once may be taken for found (tables that change no organisation).
    """
    known: dict[str, Organisation] = db.session().info.setdefault(_FOUND, {})
    if again and said in known:
        return known[said]
    parent, _slash, name = said.rpartition("/")
    query = sa.select(Organisation) if by.kind is Kind.JOB else organisations.visible(by)
    query = query.where(Organisation.code == said) if said.isdigit() else query.where(Organisation.name == name)
    if parent:
        above = sa.select(Organisation.id).where(Organisation.name == parent.rpartition("/")[2])
        query = query.where(Organisation.parent_id.in_(above))
    found = db.session.scalars(query.where(Organisation.ended_on.is_(None)).order_by(Organisation.id).limit(2)).all()
    if not found:
        raise _unknown(said, name, query, field)
    if len(found) > 1:
        raise Invalid(_("有几个“%(name)s”，请写成“上级/名称”。", name=said[:40]), field=field)
    known[said] = found[0]
    return found[0]


def _unknown(said: str, name: str, query: sa.Select[Organisation], field: str) -> Invalid:
    """The refusal of a name nobody bears now, with the successors of whoever bore it."""
    gone = db.session.scalars(query.where(Organisation.ended_on.is_not(None)).order_by(Organisation.id)).all()
    after = sa.select(Organisation.name).join(OrganisationLink, OrganisationLink.successor_id == Organisation.id)
    after = after.where(OrganisationLink.predecessor_id.in_([one.id for one in gone]), Organisation.ended_on.is_(None))
    names = db.session.scalars(after.order_by(Organisation.name).distinct()).all() if gone else ()
    if names:
        return Invalid(_("“%(name)s”已经并入或改为“%(now)s”，请写现在的名称。", name=name[:40], now="”“".join(names)), field=field)  # fmt: skip
    if gone:
        return Invalid(_("“%(name)s”已经撤销，请写现在的单位。", name=name[:40]), field=field)
    return Invalid(_("没有找到“%(name)s”，或者不在您的范围内。", name=said[:40]), field=field)


def forget() -> None:
    """A new table begins: nothing is known yet."""
    db.session().info.pop(_FOUND, None)


def course_or_none(district_id: int | None, title: str) -> Course | None:
    """One course of a district by its title."""
    query = sa.select(Course).where(Course.title == title, Course.district_id == district_id)
    return db.session.scalars(query.order_by(Course.id)).first()


def course(district_id: int | None, title: str, *, field: str) -> Course:
    """One course of a district by its title. Raises Invalid at its field."""
    found = course_or_none(district_id, title)
    if found is None:
        raise no_course(title, field=field)
    return found


def no_course(title: str, *, field: str) -> Invalid:
    """The refusal of a title no course of the district has."""
    return Invalid(_("区里没有“%(title)s”这门课。", title=title[:40]), field=field)
