"""How is a course found by words? Bigrams in one column, one condition that both databases answer alike.

SQLite asks an FTS5 index, PostgreSQL a stored tsvector (migration 0004); triggers on course.tokens keep both in step.
Initials of the pinyin stand in the same column behind a mark that no text and no query can contain.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from catalogue.core import text
from catalogue.core.text import Term

INITIAL = "ª"  # normalisation turns it into 'a', so only this module ever writes it
Wanted = tuple[tuple[Term, ...], ...]  # any of these groups, each with all of its terms


def tokens_of(title: str, words: Iterable[str]) -> str:
    """The tokens column of a course: bigrams of its title and words (problems, tags, summary) and the title's initials."""
    plain = [token for said in (title, *words) for token in text.tokens(said)]
    initials = [INITIAL + token for token in text.initial_tokens(text.initials(title))]
    return " ".join(dict.fromkeys(plain + initials))


def wanted(said: str) -> Wanted:
    """What a query asks for: its bigrams, or its letters as initials. Empty when it holds nothing to search for."""
    groups = [tuple(text.query_terms(said)), tuple((INITIAL + t, prefix) for t, prefix in text.initial_terms(said))]
    return tuple(group for group in groups if group)


class Terms(sa.types.TypeDecorator[Wanted]):
    """A bind parameter of groups of terms, written in the language of the database's index."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: Wanted | None, dialect: sa.engine.Dialect) -> str:
        write, other = (text.as_tsquery, " | ") if dialect.name == "postgresql" else (text.as_fts5, " OR ")
        return other.join(f"({write(group)})" for group in value or ()) or write(())


class Answers(sa.ColumnElement[bool]):
    """Does a course answer these terms? `Answers(Course.id, bindparam("terms", type_=Terms()))`."""

    inherit_cache = True
    type = sa.Boolean()
    _traverse_internals = [  # read by SQLAlchemy's cache key
        ("course_id", sa.sql.visitors.InternalTraversal.dp_clauseelement),
        ("terms", sa.sql.visitors.InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, course_id: Any, terms: Any) -> None:
        self.course_id = sa.sql.coercions.expect(sa.sql.roles.ExpressionElementRole, course_id)
        self.terms = terms

    def self_group(self, against: Any = None) -> Any:
        """Stands as it is: `… IN (…) = 1` would keep SQLite from its index."""
        return self


@compiles(Answers, "sqlite")
def _fts5(element: Answers, compiler: Any, **kw: Any) -> str:
    course_id, terms = compiler.process(element.course_id, **kw), compiler.process(element.terms, **kw)
    return f"{course_id} IN (SELECT rowid FROM course_search WHERE course_search MATCH {terms})"  # noqa: S608  # both parts are compiled SQL with bound values


@compiles(Answers, "postgresql")
def _tsquery(element: Answers, compiler: Any, **kw: Any) -> str:
    course_id, terms = compiler.process(element.course_id, **kw), compiler.process(element.terms, **kw)
    return f"{course_id} IN (SELECT course_id FROM course_search WHERE words @@ CAST({terms} AS tsquery))"  # noqa: S608  # as above


def answers(course_id: Any, terms: Wanted | None = None) -> Answers:
    """The condition; without terms it takes them from the statement's parameter `terms`."""
    bound = (
        sa.bindparam("terms", type_=Terms()) if terms is None else sa.bindparam(None, terms, type_=Terms(), unique=True)
    )
    return Answers(course_id, bound)
