"""What WTForms says itself, in our words: its own Chinese lacks some sentences, and speaks of types and fields in others."""

from functools import cache
from typing import Any

from wtforms.i18n import get_translations

from catalogue.core.words import _l

WORDS = {
    "'%(value)s' is not a valid choice for this field.": _l("请从列表里选。"),
    "'%(value)s' are not valid choices for this field.": _l("请从列表里选。"),
    "Not a valid choice.": _l("请从列表里选。"),
    "Invalid Choice: could not coerce.": _l("请从列表里选。"),
    "Invalid choice(s): one or more data inputs could not be coerced.": _l("请从列表里选。"),
    "Field must be at least %(min)d character long.": _l("最少写 %(min)d 个字。"),
    "Field must be at least %(min)d characters long.": _l("最少写 %(min)d 个字。"),
    "Field cannot be longer than %(max)d character.": _l("最多写 %(max)d 个字。"),
    "Field cannot be longer than %(max)d characters.": _l("最多写 %(max)d 个字。"),
    "Field must be exactly %(max)d character long.": _l("要正好 %(max)d 个字。"),
    "Field must be exactly %(max)d characters long.": _l("要正好 %(max)d 个字。"),
    "Field must be between %(min)d and %(max)d characters long.": _l("请写 %(min)d 到 %(max)d 个字。"),
    "Number must be at least %(min)s.": _l("最小填 %(min)s。"),
    "Number must be at most %(max)s.": _l("最大填 %(max)s。"),
    "Number must be between %(min)s and %(max)s.": _l("请填 %(min)s 到 %(max)s 之间的数。"),
    "Date must be at least %(min)s.": _l("最早填 %(min)s。"),
    "Date must be at most %(max)s.": _l("最晚填 %(max)s。"),
    "Date must be between %(min)s and %(max)s.": _l("请填 %(min)s 到 %(max)s 之间的日期。"),
    "Invalid email address.": _l("请核对邮箱，例如 name@example.cn。"),
    "Invalid value, must be one of: %(values)s.": _l("请从列表里选。"),
    "Invalid value, can't be any of: %(values)s.": _l("不能填这个，请换一个。"),
    "Invalid input.": _l("请核对这一项。"),
    "This field is required.": _l("请填写这一项。"),
    "This field cannot be edited.": _l("这一项不能改。"),
    "This field is disabled and cannot have a value.": _l("这一项不用填。"),
    "Not a valid integer value.": _l("请填一个整数，例如 30。"),
    "Not a valid decimal value.": _l("请填一个数字，例如 30。"),
    "Not a valid float value.": _l("请填一个数字，例如 30。"),
    "Not a valid datetime value.": _l("请填日期和时间，例如 2026-03-05 10:00。"),
    "Not a valid date value.": _l("请填日期，例如 2026-03-05。"),
    "Not a valid time value.": _l("请填几点几分，例如 9:00。"),
    "Not a valid week value.": _l("请选一周。"),
}


class Words:
    """Translations of WTForms' own sentences into Chinese."""

    def __init__(self) -> None:
        self.own = get_translations(["zh_CN", "zh"])

    def gettext(self, message: str) -> str:
        found = WORDS.get(message)
        return str(self.own.gettext(message)) if found is None else str(found)

    def ngettext(self, one: str, many: str, n: int) -> str:
        found = WORDS.get(one if n == 1 else many)
        return str(self.own.ngettext(one, many, n)) if found is None else str(found)


@cache
def words_in(language: str) -> Any:
    """The words of WTForms in a language, looked up once a process (Flask-WTF looks them up for every field)."""
    short = language.partition("_")[0]
    return Words() if short == "zh" else get_translations([language, short])
