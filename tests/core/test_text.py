"""Text in: cleaned, sorted, found. The search is held against plain substring truth on a real FTS5 table."""

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given, strategies

from catalogue.core import text

CJK = re.compile("[\u4e00-\u9fff]+")
COURSES = Path(__file__).parents[2] / "catalogue" / "seeds" / "district" / "courses.json"


@pytest.fixture(scope="module")
def titles() -> list[str]:
    return [course["title"] for course in json.loads(COURSES.read_text(encoding="utf-8"))["courses"]]


def _index(rows: list[list[str]]) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE found USING fts5(tokens, tokenize='ascii', detail=none, content='')")
    db.executemany("INSERT INTO found (rowid, tokens) VALUES (?, ?)", enumerate(" ".join(row) for row in rows))
    return db


def _match(db: sqlite3.Connection, expression: str) -> set[int]:
    return {row for (row,) in db.execute("SELECT rowid FROM found WHERE found MATCH ?", (expression,))}


@pytest.fixture(scope="module")
def index(titles) -> Iterator[sqlite3.Connection]:
    db = _index([text.tokens(title) for title in titles])
    yield db
    db.close()


def test_invisible_characters_go_and_whitespace_is_one_space():
    assert text.normalised(" 停\u200b车\u202e难\ufeff\u3000\t 怎么\ufe0f办\r\n好\x07 ", 20) == "停车难 怎么办 好"


def test_a_letter_and_its_accent_become_one():
    assert text.normalised("e\u200b\u0301", 1) == "\u00e9"


def test_line_ends_stay_only_when_asked():
    assert text.normalised("一\r\n\r\n\r\n\r\n二  \u2028三\n", 20, lines=True) == "一\n\n二\n三"
    assert text.normalised("一\r\n二", 20) == "一 二"


def test_nul_is_refused_in_words():
    with pytest.raises(ValueError, match="不能保存的字符"):
        text.normalised("停\x00车", 20)


def test_too_long_is_refused_with_the_length_and_the_limit_itself_is_not():
    assert text.normalised("停车难", 3) == "停车难"
    with pytest.raises(ValueError, match="最多 3 个字，现在有 4 个"):
        text.normalised("停车难啊", 3)


def test_login_twins_are_one_name():
    assert {text.login_name(name) for name in ("Street1", "ＳＴＲＥＥＴ１", " street\u200b1 ")} == {"street1"}
    assert text.login_name("street１") != text.login_name("street2")


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("+86 142 0000-0001", "14200000001"),
        ("１４２０００００００１", "14200000001"),
        ("021-00132010", "02100132010"),
        ("（021）00132010转8012", "02100132010-8012"),
        ("+86 21 00132010", "02100132010"),
        ("12345", "12345"),
    ],
)
def test_a_telephone_number_is_its_digits(typed, plain):
    assert text.plain_phone(typed) == plain


@pytest.mark.parametrize(
    "typed", ["", "下塘社区", "1420000000", "142000000011", "+1 212 555 0100", "٠١٢٣٤٥٦٧٨٩", "021-0013\x002010"]
)
def test_what_cannot_be_dialled_is_refused_in_words(typed):
    with pytest.raises(ValueError, match="。"):
        text.plain_phone(typed)


def test_the_sort_key_is_the_pinyin_and_ascii():
    assert text.sort_key("停车难") == "ting2 che1 nan2"
    assert text.sort_key("讲师7") < text.sort_key("讲师12")
    assert text.sort_key("𠮷Ü") == "~20bb7 u"


def test_places_are_read_as_people_say_them():
    assert [text.sort_key(name) for name in ("长宁区", "闵行区", "堡镇", "朱家角镇")] == [
        "chang2 ning2 qu1", "min3 hang2 qu1", "bu3 zhen4", "zhu1 jia1 jiao3 zhen4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "first"), [("单某", "shan4"), ("曾某", "zeng1"), ("解某", "xie4"), ("仇某", "qiu2"), ("区某", "ou1")]
)
def test_a_surname_is_read_as_a_surname_only_of_a_person(name, first):
    assert text.sort_key(name, person=True).split()[0] == first
    assert text.sort_key(name).split()[0] != first


def test_two_character_surnames_come_first():
    assert text.sort_key("尉迟某", person=True) == "yu4 chi2 mou3"


def test_initials_keep_latin_words_and_digits():
    assert [text.initials(words) for words in ("停车难", "“社区云2.0”工作培训", "党务干部5D训练营", "“……”")] == [
        "tcn",
        "sqy20gzpx",
        "dwgb5dxly",
        "",
    ]


def test_each_character_starts_one_token():
    assert text.tokens("停车难，Ｑ２怎么办 𠮷") == ["停车", "车难", "难", "q2", "怎么", "么办", "办", "𠮷"]


def test_one_character_and_a_word_ask_by_prefix_longer_ones_by_all_bigrams():
    assert text.query_terms("车 停车难 ABC 停车") == [("车", True), ("停车", False), ("车难", False), ("abc", True)]


@pytest.mark.parametrize("nothing", ["", "  ", "？！“”", '"*()', "_-'\\"])
def test_a_query_without_letters_asks_nothing_and_finds_nothing(nothing, index):
    terms = text.query_terms(nothing)

    assert (terms, text.as_tsquery(terms), _match(index, text.as_fts5(terms))) == ([], "", set())


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6])
def test_every_substring_of_every_title_finds_exactly_the_titles_that_contain_it(length, titles, index):
    runs = [run for title in titles for run in CJK.findall(title)]
    words = {run[i : i + length] for run in runs for i in range(len(run) - length + 1)}
    expected = {word: {row for row, title in enumerate(titles) if word in title} for word in words}

    found = {word: _match(index, text.as_fts5(text.query_terms(word))) for word in words}

    missed = {word for word in words if expected[word] - found[word]}
    hits, right = sum(map(len, found.values())), sum(len(found[w] & expected[w]) for w in words)
    assert missed == set()
    assert right / hits >= 0.99


@given(strategies.text("停车难题社区ab1 ，”", max_size=30), strategies.integers(0, 30), strategies.integers(1, 6))
def test_any_run_of_characters_is_found_in_any_text(words, start, length):
    """Latin words are found from their beginning, so a query starts where a word starts."""
    query = words[start : start + length]
    assume(not (query[:1].isascii() and words[:start][-1:].isascii() and words[:start][-1:].isalnum()))
    found_in = text.tokens(words)

    assert text.share(text.query_terms(query), found_in) in (0.0, 1.0)
    assert bool(text.query_terms(query)) == (text.share(text.query_terms(query), found_in) == 1.0)


def test_two_words_find_the_titles_that_contain_both(titles, index):
    found = _match(index, text.as_fts5(text.query_terms("社区 矛盾")))

    assert found == {row for row, title in enumerate(titles) if "社区" in title and "矛盾" in title}
    assert found != set()


def test_words_between_punctuation_and_digits_are_found(titles, index):
    for query in ("社区云2.0", "“枫桥经验”", "24节气", "36计"):
        holding = {row for row, title in enumerate(titles) if query in title}
        assert _match(index, text.as_fts5(text.query_terms(query))) >= holding != set()


def test_a_character_outside_the_basic_plane_is_found():
    db = _index([text.tokens("𠮷野路"), text.tokens("吉野路")])

    assert [_match(db, text.as_fts5(text.query_terms(query))) for query in ("𠮷", "𠮷野", "野路")] == [{0}, {0}, {0, 1}]


def test_initials_are_found_from_the_middle(titles):
    db = _index([text.initial_tokens(text.initials(title)) for title in titles])

    found = {titles[row] for row in _match(db, text.as_fts5(text.initial_terms("TCN")))}

    assert found == {title for title in titles if "tcn" in text.initials(title)} >= {"停车难"}
    assert (text.initial_terms("停车"), text.initial_terms("tc n")) == ([], [])


@pytest.mark.parametrize(
    "evil", ['停车" OR "', "停车* NEAR(", "a' | 'b", "\\'", "tokens:x", "'停':*", "{x} - y", "x" * 5000]
)
def test_nothing_in_a_query_is_syntax(evil, index):
    terms = [(evil, True), (evil, False), *text.query_terms(evil)]

    _match(index, text.as_fts5(terms))
    assert re.fullmatch(r"'[^'\\\s]+'(:\*)?( & '[^'\\\s]+'(:\*)?)*|", text.as_tsquery(terms))
    assert all(len(token) <= text.LONGEST_TOKEN for token, _ in text.query_terms(evil))


def test_any_instead_of_every_term_and_the_share_that_is_there():
    terms = text.query_terms("停车难题")

    assert text.as_fts5(terms, every=False) == '"停车" OR "车难" OR "难题"'
    assert text.as_tsquery(terms, every=False) == "'停车' | '车难' | '难题'"
    assert text.share(terms, text.tokens("停车难")) == pytest.approx(2 / 3)
    assert text.share([], ["停车"]) == 0.0
