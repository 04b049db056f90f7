"""The base of every JSON schema: unknown keys are refused, text is normalised once on entry, nothing is dumped that is not named."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, post_load

from catalogue.core.text import normalised

LONG = 100_000
AS_TYPED = ("username", "password")  # compared in their own way, never kept


class In(Schema):
    class Meta:
        unknown = RAISE

    @post_load
    def _clean(self, values: dict[str, Any], **_more: Any) -> dict[str, Any]:
        """The same as core.forms does with every text field (rule 9 of reliability.md)."""
        wrong: dict[str, list[str]] = {}
        for name, value in values.items():
            if type(value) is str and name not in AS_TYPED:
                try:
                    values[name] = normalised(value, LONG, lines=True)
                except ValueError as refused:
                    wrong[name] = [str(refused)]
        if wrong:
            raise ValidationError(wrong)
        return values


class Out(Schema):
    pass
