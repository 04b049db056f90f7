"""Who may import what. Each row is then judged again by the policy of the operation it goes through."""

from catalogue.core.actor import Actor, Kind, Role
from catalogue.core.words import later

KINDS = {  # in the order in which a new district needs them
    "organisations": later("单位"), "people": later("人员"), "venues": later("场地"), "courses": later("课程"), "lecturers": later("讲师"),
}  # fmt: skip
ALL = (Role.DISTRICT_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR)
MAY = {
    "organisations": ALL, "people": (*ALL, Role.TOWN_ADMINISTRATOR), "venues": (Role.DISTRICT_ADMINISTRATOR, Role.TOWN_ADMINISTRATOR),
    "courses": (Role.DISTRICT_ADMINISTRATOR,), "lecturers": (Role.DISTRICT_ADMINISTRATOR,),
}  # fmt: skip


def may_import(by: Actor, kind: str) -> bool:
    return by.kind is Kind.JOB or by.has(*MAY[kind])


def kinds(by: Actor) -> dict[str, str]:
    """The kinds of tables this actor may bring in."""
    return {kind: label for kind, label in KINDS.items() if may_import(by, kind)}
