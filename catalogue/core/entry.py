"""Text on its way into the database, for operations that are also called without a form (imports, the API)."""

from catalogue.core.errors import Invalid
from catalogue.core.text import normalised


def words(text: str, limit: int, *, field: str, lines: bool = False) -> str:
    """The text as it may be kept (see core.text.normalised). Raises Invalid at its field when it may not."""
    try:
        return normalised(text, limit, lines=lines)
    except ValueError as trouble:
        raise Invalid(str(trouble), field=field) from None
