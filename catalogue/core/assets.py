"""One stylesheet, one script, one icon sprite, served from memory under names that carry their content's hash.

Bootstrap comes from Bootstrap-Flask's wheel and htmx from django-js-lib-htmx's, so nothing is vendored and no foreign host is asked.
The parts of Bootstrap this project never uses are left out and its data: images with them: the pages' policy refuses those.
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request
from markupsafe import Markup

from catalogue.core import signs, wording, words
from catalogue.core.words import _l

STATIC = Path(__file__).resolve().parent.parent / "static"
YEAR = 365 * 24 * 3600
STYLES = ("tokens.css", "parts.css")
SCRIPTS = ("site.js",)
MIMES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}

# Selectors of Bootstrap that no page uses: whole components, validation colours, dark theme, and the widths sm, xl, xxl.
UNUSED = re.compile(
    r"\.(accordion|alert|badge|bg-|bs-|breadcrumb|btn-(check|close|danger|dark|group|info|lg|light|link|outline|secondary|sm|success"
    r"|toolbar|warning)|card|carousel|clearfix|collaps|container-|dropdown|dropend|dropstart|dropup|fade|figure|focus-ring"
    r"|form-(check-inline|check-reverse|control-(color|lg|plaintext|sm)|floating|range|select-(lg|sm)|switch)|icon-link|img-"
    r"|initialism|input-group|invalid-|is-invalid|is-valid|link-|list-(group|inline)|mark\b|modal|nav|offcanvas|opacity-|page-"
    r"|pagination|placeholder|popover|progress|ratio|shadow|spinner|tab-|table|text-(bg-|black|danger|dark|info|light|primary"
    r"|secondary|success|warning|white)|toast|tooltip|valid-|was-validated|blockquote|display-|lead|object-fit|z-|vr)"
    r"|data-bs-theme|-(sm|xl|xxl)(-|$)|\.border-(primary|secondary|success|danger|warning|info|light|dark|black|white)"
)


@dataclass(frozen=True)
class Asset:
    """A file ready to be sent: its hashed URL, bytes plain and compressed, and media type."""

    url: str
    body: bytes
    packed: bytes
    mime: str


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """The top-level rules of a stylesheet as (prelude, body without its outer braces)."""
    depth, start, opened = 0, 0, 0
    for match in re.finditer(r"[{}]", css):
        if match[0] == "{":
            opened = match.start() if depth == 0 else opened
            depth += 1
            continue
        depth -= 1
        if depth == 0:
            yield css[start:opened].strip(), css[opened + 1 : match.start()]
            start = match.end()


def trimmed(css: str) -> str:
    """Bootstrap without the parts in UNUSED, without animations of its own, and without any data: image."""
    kept = []
    for prelude, body in _rules(css):
        if prelude.startswith(("@media", "@supports")):
            inner = trimmed(body)
            kept.append(f"{prelude}{{{inner}}}" if inner else "")
        elif not prelude.startswith("@"):
            wanted = [one for one in re.split(r",(?![^(]*\))", prelude) if not UNUSED.search(one)]
            kept.append(f"{','.join(wanted)}{{{body}}}" if wanted else "")
    return re.sub(r"""url\("data:[^"]*"\)""", "none", "".join(kept))


def squeezed(css: str) -> str:
    """Our own stylesheet without comments and line breaks."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    return re.sub(r"\s*\n\s*", "\n", css).strip()


def _wheel(package: str, *path: str) -> str:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{package} is not installed")
    return Path(spec.origin).parent.joinpath(*path).read_text(encoding="utf-8")


def _ours(*names: str) -> str:
    return "\n".join(STATIC.joinpath(name).read_text(encoding="utf-8") for name in names)


def _stylesheet() -> bytes:
    bootstrap = re.sub(
        r"/\*.*?\*/|@charset [^;]*;",
        "",
        _wheel("flask_bootstrap", "static", "bootstrap5", "css", "bootstrap.min.css"),
        flags=re.S,
    )
    return (trimmed(bootstrap) + "\n" + squeezed(_ours(*STYLES)) + "\n").encode()


def _script() -> bytes:
    return (_wheel("js_lib_htmx", "static", "htmx", "htmx.min.js") + ";\n" + _ours(*SCRIPTS)).encode()


def _asset(name: str, body: bytes) -> Asset:
    stem, dot, ending = name.rpartition(".")
    tag = sha256(body).hexdigest()[:12]
    return Asset(f"/assets/{stem}.{tag}.{ending}", body, gzip.compress(body, 9, mtime=0), MIMES[dot + ending])


@lru_cache(maxsize=1)
def bundle() -> dict[str, Asset]:
    """Everything that is served, by plain name. Built once a process, in about a twentieth of a second."""
    made = {"site.css": _stylesheet(), "site.js": _script()}
    for path in sorted(STATIC.iterdir()):
        if path.suffix in MIMES and path.name not in STYLES + SCRIPTS:
            made[path.name] = path.read_bytes()
    return {name: _asset(name, body) for name, body in made.items()}


def asset(name: str) -> str:
    """The URL of a stylesheet, script or picture of ours. Raises KeyError for a name that does not exist."""
    return bundle()[name].url


@lru_cache(maxsize=256)
def icon(name: str, fill: bool = False) -> Markup:
    """An icon of the sprite, hidden from screen readers: it always stands beside its word."""
    return Markup('<svg class="ico%s" aria-hidden="true"><use href="%s#%s"/></svg>') % (
        " fill" if fill else "",
        asset("icons.svg"),
        name,
    )


def serve(name: str) -> Response:
    """A file of the bundle. An old hash (a page opened before an upgrade) gets today's file, not to be kept."""
    stem, _dot, ending = name.rpartition(".")
    plain = f"{stem.rpartition('.')[0]}.{ending}"
    found = bundle().get(plain)
    if found is None:
        abort(404)
    packed = request.accept_encodings["gzip"] > 0
    answer = Response(found.packed if packed else found.body, content_type=found.mime)
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    current = found.url.endswith("/" + name)
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if current else "no-cache"
    return answer


SCRIPT_WORDS = (  # what site.js says; the test compares them with the script
    _l("标准字"),
    _l("大字"),
    _l("草稿已自动保存，%(at)s。关掉网页也不会丢。"),
    _l("刚才没能存成草稿（%(at)s），内容还在这一页上，过一会儿会再存。"),
    _l("已复制"),
    _l("请长按文字复制"),
    _l("您有一会儿没有操作了，再过 5 分钟会自动退出登录。没保存的内容请先保存。"),
    _l("我还在"),
    _l("登录可能已经结束。请先把填的内容复制下来，再重新登录。"),
)


def script_words() -> dict[str, str]:
    """The script's words in the reader's language, by their Chinese id; empty in Chinese, which the script speaks itself."""
    if words.spoken() == words.DEFAULT:
        return {}
    return {said.message: str(said) for said in SCRIPT_WORDS}


def is_hidden_field(field: Any) -> bool:
    """Jinja test `field is hidden_field`: does this WTForms field show nothing?"""
    return getattr(field.widget, "input_type", "") == "hidden"


def init(app: Flask) -> None:
    """Serve the bundle at /assets/ (endpoint "asset") and give every template its words, signs, filters and icons."""
    bundle()
    app.add_url_rule("/assets/<name>", "asset", serve)
    app.jinja_env.globals.update(words.GLOBALS, **signs.GLOBALS, asset=asset, icon=icon, script_words=script_words)
    app.jinja_env.filters.update(wording.FILTERS)
    app.jinja_env.tests["hidden_field"] = is_hidden_field
