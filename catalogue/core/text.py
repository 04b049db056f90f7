"""How does text people type become clean, sortable and findable?

Everything here is pure. Search works on bigrams: each CJK character starts exactly one token (itself and the next
character; alone at the end of a run), so a word of one or two characters is found as well as a long one, on SQLite
FTS5 (`tokenize='ascii', detail=none`) and in a PostgreSQL tsvector (`array_to_tsvector(string_to_array(tokens, ' '))`).
Tokens hold letters and digits only, so neither database splits or changes them again.
"""

import importlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from types import ModuleType

Term = tuple[str, bool]  # a token, and whether anything that begins with it counts
Spelled = tuple[str, bool]  # a word of a reading, and whether it is a syllable of a Chinese character

LONGEST_TOKEN = 64  # a PostgreSQL lexeme may not exceed 2,046 bytes
UNREAD = "~"  # begins the code of a character the dictionary cannot read; sorts behind every letter
MOST_TERMS = 64  # of one query; a longer text is cut, it is no search any more

# Characters that show nothing (fillers, joiners, selectors) but are not of category Cf: twins would differ unseen.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_CJK = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")

# Readings a dictionary of common words gets wrong: places of the city, and the office's own words.
_WORDS = {
    "长宁": "chang2 ning2",
    "长风": "chang2 feng1",
    "长征": "chang2 zheng1",
    "长桥": "chang2 qiao2",
    "长河": "chang2 he2",
    "长江": "chang2 jiang1",
    "长三角": "chang2 san1 jiao3",
    "闵行": "min3 hang2",
    "庙行": "miao4 hang2",
    "同行": "tong2 xing2",
    "堡镇": "bu3 zhen4",
    "莘庄": "xin1 zhuang1",
    "六灶": "liu4 zao4",
    "重固": "zhong4 gu4",
    "行知": "xing2 zhi1",
    "调解": "tiao2 jie3",
    "调休": "tiao2 xiu1",
}
# Surnames read otherwise than the same character in a word.
_SURNAMES = {
    "万俟": "mo4 qi2", "尉迟": "yu4 chi2", "长孙": "zhang3 sun1", "令狐": "ling2 hu2", "澹台": "tan2 tai2",
    "单于": "chan2 yu2", "宰父": "zai3 fu3", "鲜于": "xian1 yu2", "单": "shan4", "曾": "zeng1", "解": "xie4",
    "仇": "qiu2", "任": "ren2", "区": "ou1", "朴": "piao2", "查": "zha1", "盖": "ge3", "华": "hua4", "乐": "yue4",
    "覃": "qin2", "冼": "xian3", "洗": "xian3", "缪": "miao4", "宁": "ning4", "翟": "zhai2", "种": "chong2",
    "瞿": "qu2", "召": "shao4", "折": "she2", "纪": "ji3", "燕": "yan1", "应": "ying1", "葛": "ge3", "繁": "po2",
    "逄": "pang2", "秘": "bi4", "晁": "chao2", "员": "yun4", "郇": "xun2", "黑": "he4", "尉": "wei4", "隗": "wei3",
    "句": "gou1", "那": "na1", "哈": "ha3", "佴": "nai4", "过": "guo1", "石": "shi2", "柏": "bai3", "牟": "mu4",
    "曲": "qu1", "干": "gan1", "藏": "zang4", "盛": "sheng4", "谌": "chen2", "祭": "zhai4", "阚": "kan4", "薄": "bo2",
    "亓": "qi2", "乜": "nie4", "车": "che1", "沈": "shen3", "吴": "wu2", "尹": "yin3", "都": "du1", "角": "jue2",
    "占": "zhan1", "会": "gui4", "幺": "yao1", "重": "chong2", "少": "shao4", "褚": "chu3", "褶": "zhe3", "强": "qiang2",
    "适": "kuo4", "的": "de1", "眭": "sui1", "郗": "xi1", "莘": "shen1", "洪": "hong2", "费": "fei4", "贾": "jia3",
    "卜": "bu3", "台": "tai2", "宿": "su4", "宓": "mi4", "殷": "yin1", "郝": "hao3", "訾": "zi1", "於": "yu1", "甯": "ning4",
    "缴": "jiao3", "撒": "sa3", "仉": "zhang3", "妫": "gui1", "厍": "she4", "啜": "chuai4", "尧": "yao2", "钻": "zuan1",
}  # fmt: skip


def normalised(text: str, limit: int, *, lines: bool = False) -> str:
    """The text as it may enter the database: NFC, nothing invisible, trimmed; inner line ends only where `lines` says so.

    Raises ValueError, in words for the person who typed it, for a NUL character or more than `limit` characters.
    """
    if "\x00" in text:
        raise ValueError("文字中含有不能保存的字符，请删去后重试。")
    if (
        text.isascii() and text.isprintable() and len(text) <= limit
    ):  # most of what forms send: nothing unseen can be in it
        return text.strip() if lines else " ".join(text.split())
    joined = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    seen = "".join(c for c in _UNSEEN.sub("", joined) if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    clean = _tidy_lines(seen) if lines else " ".join(seen.split())
    clean = unicodedata.normalize("NFC", clean)  # what was stripped may have kept a letter and its accent apart
    if len(clean) > limit:
        raise ValueError(f"最多 {limit} 个字，现在有 {len(clean)} 个，请删减。")
    return clean


def _tidy_lines(text: str) -> str:
    """Lines without trailing spaces, at most one empty line between two."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip()


def login_name(text: str) -> str:
    """The one spelling of a user name: full-width and capital twins are the same account. Raises ValueError as normalised."""
    return unicodedata.normalize("NFKC", normalised(unicodedata.normalize("NFKC", text), 80).casefold())


_PHONE = re.compile(
    r"1[3-9]\d{9}"  # mobile
    r"|0\d{9,11}|[2-9]\d{6,7}|[48]00\d{7}"  # with an area code, within the city, service
    r"|1[12]\d{1,3}|9\d{4,5}"  # short public numbers (12345)
)
_EXTENSION = re.compile("(?:转|ext\\.?|#)(\\d{1,6})$")


def plain_phone(text: str) -> str:
    """A telephone number as digits, '-' before an extension: '+86 138 0000 0000' → '13800000000'.

    Raises ValueError, in words for the person who typed it, when it can be no number of the country.
    """
    typed = re.sub(r"[\s()./\-\u2010-\u2015]", "", unicodedata.normalize("NFKC", normalised(text, 40)).casefold())
    extension = _EXTENSION.search(typed)
    number = re.sub(r"^(\+|00)86(?=\d{7})", "", typed[: extension.start()] if extension else typed)
    number = f"0{number}" if typed.startswith(("+86", "0086")) and not number.startswith(("1", "0")) else number
    if not (number.isascii() and _PHONE.fullmatch(number)):
        raise ValueError("请填写手机号码（11 位）或带区号的座机，例如 021-12345678。")
    return f"{number}-{extension[1]}" if extension else number


@cache
def _pypinyin() -> ModuleType:
    """The dictionary, loaded when first needed: it is only for writing, and takes a tenth of a second."""
    return importlib.import_module("pypinyin")


def _syllables(run: str) -> list[str]:
    """Numbered-tone syllables of a run of characters, one each; a character without a reading by its code."""
    for word, reading in _WORDS.items():
        if word in run:
            before, after = run.split(word, 1)
            return [*_syllables(before), *reading.split(), *_syllables(after)]
    if not run:
        return []
    pinyin = _pypinyin()
    found = pinyin.pinyin(
        run,
        style=pinyin.Style.TONE3,
        neutral_tone_with_five=True,
        errors=lambda rest: [f"{UNREAD}{ord(c):05x}" for c in rest],
    )
    return [str(readings[0]) for readings in found]


@lru_cache(maxsize=2048)
def _spelled(text: str, *, person: bool) -> tuple[Spelled, ...]:
    """Syllables and words of a text in reading order; kept a while, because whoever writes a key writes initials too."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    spelled: list[Spelled] = []
    if person and (surname := next((plain[:n] for n in (2, 1) if plain[:n] in _SURNAMES), "")):
        spelled += [(syllable, True) for syllable in _SURNAMES[surname].split()]
        plain = plain[len(surname) :]
    for run in _RUN.findall(plain):
        spelled += (
            [(syllable, True) for syllable in _syllables(run)] if _IS_CJK.match(run) else [(_unaccented(run), False)]
        )
    return tuple(spelled)


def _unaccented(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def sort_key(chinese: str, *, person: bool = False) -> str:
    """An ASCII key that puts Chinese in the order of its pinyin under collation C: 'bu3 zhen4' for 堡镇.

    `person` reads the first character as a surname (单 is shan, 曾 is zeng). Numbers sort by value up to six digits.
    """
    words = (word.zfill(6) if word.isdecimal() else word for word, _ in _spelled(chinese, person=person))
    return " ".join(word.encode("ascii", "backslashreplace").decode("ascii") for word in words)


def initials(chinese: str, *, person: bool = False) -> str:
    """First letters of the pinyin, latin words and digits whole: 'tcn' for 停车难, 'sqy20' for 社区云2.0."""
    spelled = _spelled(chinese, person=person)
    return "".join(word[0] if syllable else word for word, syllable in spelled if word[0] != UNREAD)


def _tokens_of(run: str) -> list[str]:
    if not _IS_CJK.match(run):
        return [run[:LONGEST_TOKEN]]
    return [run[i : i + 2] for i in range(len(run))]


def _runs(text: str) -> list[str]:
    runs: list[str] = _RUN.findall(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))
    return runs


def tokens(text: str) -> list[str]:
    """What a text is found by, in order, repeats kept; join with spaces for the tokens column."""
    return [token for run in _runs(text) for token in _tokens_of(run)]


def query_terms(text: str) -> list[Term]:
    """What a text must contain to answer a query: the AND of its bigrams; one character and a latin word ask by prefix.

    Empty when the query holds no letter, digit or character: then there is nothing to search for.
    """
    terms: dict[Term, None] = {}
    for run in _runs(text):
        if len(run) == 1 or not _IS_CJK.match(run):
            terms[(run[:LONGEST_TOKEN], True)] = None
        else:
            terms.update({(run[i : i + 2], False): None for i in range(len(run) - 1)})
    return list(terms)[:MOST_TERMS]


def initial_tokens(letters: str) -> list[str]:
    """Tokens of a string of initials ('tcn' → 'tc', 'cn', 'n'), so that 'cn' finds 停车难; for a column of their own."""
    return [run[i : i + 2] for run in _runs(letters) for i in range(len(run))]


def initial_terms(letters: str) -> list[Term]:
    """The query over initial_tokens; empty unless the text is one word of latin letters and digits."""
    runs = _runs(letters)
    if len(runs) != 1 or not runs[0].isascii():
        return []
    word = runs[0]
    return (
        [(word, True)]
        if len(word) == 1
        else list(dict.fromkeys((word[i : i + 2], False) for i in range(len(word) - 1)))[:MOST_TERMS]
    )


def _letters_only(token: str) -> str:
    """The token without anything that could be syntax or too long: the builders take any list, not only ours."""
    return "".join(_RUN.findall(token))[:LONGEST_TOKEN]


def as_fts5(terms: Iterable[Term], *, every: bool = True) -> str:
    """The MATCH expression; `every` asks for all terms, else for any. No terms match nothing."""
    parts = [f'"{word}"*' if prefix else f'"{word}"' for token, prefix in terms if (word := _letters_only(token))]
    return (" AND " if every else " OR ").join(parts) or '""'


def as_tsquery(terms: Iterable[Term], *, every: bool = True) -> str:
    """The text to cast to tsquery (CAST(:q AS tsquery), not to_tsquery, which would parse the words again)."""
    parts = [f"'{word}':*" if prefix else f"'{word}'" for token, prefix in terms if (word := _letters_only(token))]
    return (" & " if every else " | ").join(parts)


def share(terms: Sequence[Term], found_in: Iterable[str]) -> float:
    """The part of the terms (0 to 1) that a list of tokens answers: the rank of a near answer when none has them all."""
    there = set(found_in)
    hits = sum(any(t.startswith(token) for t in there) if prefix else token in there for token, prefix in terms)
    return hits / len(terms) if terms else 0.0
