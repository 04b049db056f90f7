"""Which way lecturers are asked unless somebody chooses another: by the order, the course, or the district's setting of the day."""

from catalogue.core.words import later
from catalogue.dispatch.candidates import Case
from catalogue.dispatch.states import Mode, ModeFrom

BY_SETTING = {1: Mode.DIRECT, 2: Mode.RANKED, 3: Mode.CLAIM}
MODES = {
    Mode.DIRECT: (later("直接派"), later("只问选中的这一位，其他人不知道。")),
    Mode.RANKED: (later("按顺位"), later("从选中的这一位问起，婉拒或到时没答复，自动问下一位。")),
    Mode.CLAIM: (later("抢单"), later("就这个时间、地点，能来的讲师都问，谁先接就是谁。")),
}
"""Each way: its name and one plain sentence."""
FROM = {
    ModeFrom.DESK: later("派单时选的"),
    ModeFrom.ORDER: later("点单点名请了讲师或宣讲团"),
    ModeFrom.COURSE: later("这门课定的"),
    ModeFrom.DISTRICT: later("区里默认"),
}

CODES = {
    f"{mode.value}_{source.value}": f"{name}（{why}）"
    for mode, (name, _said) in MODES.items()
    for source, why in FROM.items()
}
"""What the history of a dispatch begins with: the way, and what decided it."""


def default_mode(case: Case) -> tuple[Mode, ModeFrom]:
    """The way for these orders now, and what says so."""
    if any(order.corps_id is not None or order.preferred_lecturer_id is not None for order in case.orders):
        return Mode.DIRECT, ModeFrom.ORDER
    of_course = case.orders[0].course.offer_mode
    if of_course is not None:
        return of_course, ModeFrom.COURSE
    return BY_SETTING[case.loaded.settings["offer_mode"]], ModeFrom.DISTRICT


def mode_from(case: Case, mode: Mode) -> ModeFrom:
    """What says that it is offered this way: the default's source, or the desk when it chose another."""
    default, source = default_mode(case)
    return source if mode is default else ModeFrom.DESK
