"""A signed-in visitor of the bench: keeps cookies, reads forms, and writes requests as bytes."""

import json
import re
from html import unescape
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode

_INPUT = re.compile(r"<(?:input|button)\b[^>]*>", re.I)
_SELECT = re.compile(r"<select\b[^>]*\bname=\"([^\"]*)\"[^>]*>(.*?)</select>", re.I | re.S)
_OPTION = re.compile(r"<option\b([^>]*)>", re.I)
_AREA = re.compile(r"<textarea\b[^>]*\bname=\"([^\"]*)\"[^>]*>(.*?)</textarea>", re.I | re.S)


class Visitor:
    """Speaks to the service on one port as one person."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def sign_in(self, username: str, password: str) -> "Visitor":
        """Sign in by the page's own form."""
        form = self.fields(self.get("/login"))
        status, _, _ = self.send("POST", "/login", {**form, "username": username, "password": password})
        if status not in (302, 303):
            raise RuntimeError(f"{username} cannot sign in: {status}")
        return self

    def get(self, path: str) -> str:
        """The page's text; anything but 200 is an error."""
        status, text, _ = self.send("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status}")
        return text

    def send(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, text and Location of one request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = urlencode(form) if form is not None else None
        headers = {"Cookie": self.cookie()} if self.cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        connection.close()
        return answer.status, text, answer.headers.get("Location", "")

    def send_json(self, path: str, values: dict[str, str]) -> tuple[int, str, str]:
        """The same for a POST to the API."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", path, json.dumps(values), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, text, answer.headers.get("Location", "")

    def cookie(self) -> str:
        """The Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def fields(self, page: str, containing: str = "csrf_token") -> dict[str, str]:
        """The fields of the page's last form that has a field of this name, with the values a browser would send."""
        forms = [form for form in re.findall(r"<form\b.*?</form>", page, re.I | re.S) if f'name="{containing}"' in form]
        if not forms:
            raise RuntimeError(f"no form with {containing}")
        return _filled(forms[-1])

    def request(self, path: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> bytes:
        """One keep-alive request as it goes over the wire."""
        body = urlencode(form).encode() if form is not None else b""
        lines = [f"{'GET' if form is None else 'POST'} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        if self.cookies:
            lines.append(f"Cookie: {self.cookie()}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _attribute(tag: str, name: str) -> str | None:
    found = re.search(rf"\b{name}=\"([^\"]*)\"", tag)
    return unescape(found[1]) if found else None


def _filled(form: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for tag in _INPUT.findall(form):
        name, kind = _attribute(tag, "name"), (_attribute(tag, "type") or "text").lower()
        unchecked = kind in ("checkbox", "radio") and not re.search(r"\bchecked\b", tag)
        if (
            name
            and not unchecked
            and kind not in ("submit", "button", "file")
            and not tag.lower().startswith("<button")
        ):
            fields[name] = _attribute(tag, "value") or ("on" if kind == "checkbox" else "")
    for name, options in _SELECT.findall(form):
        tags = _OPTION.findall(options)
        filled = [tag for tag in tags if _attribute(tag, "value")]  # a person leaves no required choice at 请选择
        chosen = next((tag for tag in filled if re.search(r"\bselected\b", tag)), filled[0] if filled else "")
        fields[name] = _attribute(chosen, "value") or ""
    for name, text in _AREA.findall(form):
        fields[name] = unescape(text).strip()
    return fields
