"""What can be said of one cell without the rest of its row, so that a row with something wrong is named whole.

Only rows that were refused are looked at: a good row is judged by the operations of the pages alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

from catalogue.accounts import policy as accounts
from catalogue.accounts.keys import check_username
from catalogue.accounts.operations import check_email
from catalogue.core.actor import Actor, Kind
from catalogue.core.errors import Invalid
from catalogue.core.text import plain_phone
from catalogue.core.words import _
from catalogue.courses import queries as courses
from catalogue.imports import finding
from catalogue.organisations.operations import check_code

Look = Callable[[Any, Mapping[str, Any], Actor], object]
TOGETHER = (("latitude", "longitude"), ("home_latitude", "home_longitude"), ("starts_on", "ends_on"))


def _organisation(field: str) -> Look:
    return lambda said, row, by: finding.organisation(by, said, field=field, again=True)


def _district(said: str, row: Mapping[str, Any], by: Actor) -> None:
    found = finding.organisation(by, said, field="district", again=True)
    if found.district_id != found.id:
        raise Invalid(_("请填区的名称。"), field="district")


def _spelt(check: Callable[[str], object], field: str) -> Look:
    def look(said: str, row: Mapping[str, Any], by: Actor) -> None:
        try:
            check(said)
        except ValueError as trouble:
            raise Invalid(str(trouble), field=field) from None

    return look


def _roles(roles: list[Any], row: Mapping[str, Any], by: Actor) -> None:
    given = {role for keeper, below in accounts.GRANTS.items() if any(m.role is keeper for m in by.memberships) for role in below}  # fmt: skip
    if by.kind is not Kind.JOB and not given.issuperset(roles):
        raise Invalid(_("您不能给这个岗位。只能给本范围内、不高于自己的岗位，也不能给自己。"), field="roles")


def _teaches(titles: list[str], row: Mapping[str, Any], by: Actor) -> None:
    """In the row's own district; when that cell is wrong itself, in the districts of whoever sends the table."""
    try:
        districts: list[int | None] = [
            finding.organisation(by, row.get("district", ""), field="district", again=True).district_id
        ]
    except Invalid:
        districts = list({m.district_id for m in by.memberships})
    for title in titles:
        if not any(finding.course_or_none(district, title) for district in districts):
            raise finding.no_course(title, field="teaches")


def _subcategory(label: str, row: Mapping[str, Any], by: Actor) -> None:
    districts = {None, *(m.district_id for m in by.memberships)}
    if not any(c.label == label and c.parent_id is not None for d in districts for c in courses.categories(d)):
        raise Invalid(_("没有“%(name)s”这个小类。", name=label), field="subcategory")


def _series(name: str, row: Mapping[str, Any], by: Actor) -> None:
    districts = {m.district_id or 0 for m in by.memberships}
    if by.kind is not Kind.JOB and not any(s.name == name for d in districts for s in courses.series_of(d)):
        raise Invalid(_("区里没有“%(name)s”这个系列。", name=name), field="series")


_PHONE = _spelt(plain_phone, "phone")
LOOKS: dict[str, dict[str, Look]] = {
    "organisations": {
        "parent": lambda said, row, by: finding.organisation(by, said, field="parent"), "code": lambda said, row, by: check_code(said),
    },
    "people": {
        "organisation": _organisation("organisation"), "phone": _PHONE, "roles": _roles,
        "username": lambda said, row, by: check_username(said), "email": lambda said, row, by: check_email(said),
    },
    "venues": {"owner": _organisation("owner")},
    "courses": {"owner": _organisation("owner"), "subcategory": _subcategory, "series": _series},
    "lecturers": {"district": _district, "phone": _PHONE, "teaches": _teaches, "scope": _organisation("scope")},
}  # fmt: skip
