"""Which language a page speaks, when the installation offers more than one (setting LANGUAGES). With one, nothing here runs.

Message ids are Chinese, so zh_CN needs no catalogue. Another language is a folder under translations/; what its catalogue
does not say is shown in Chinese. A reader's own choice is kept in this browser; without one the browser's wish counts.
"""

from flask import Flask, request, session

from catalogue.core.words import DEFAULT, speak

NAMES = {"zh_CN": "中文", "en": "English"}  # each in its own words
KEY = "language"


def choose(offered: tuple[str, ...]) -> str:
    """The language of the request being answered."""
    wanted = session.get(KEY)
    if wanted in offered:
        return str(wanted)
    tags = {tag.replace("_", "-"): tag for tag in offered}
    found = request.accept_languages.best_match(tags) if request.accept_languages else None
    return tags[found] if found else DEFAULT


def keep(language: str, offered: tuple[str, ...]) -> None:
    """Remembers a reader's choice; anything that is not offered forgets it."""
    if language in offered:
        session[KEY] = language
    else:
        session.pop(KEY, None)


def init(app: Flask, offered: tuple[str, ...]) -> None:
    """Call before anything else that answers requests: refusals speak the language too."""
    app.jinja_env.globals["languages"] = {tag: NAMES[tag] for tag in offered} if len(offered) > 1 else {}
    if len(offered) > 1:

        @app.before_request
        def _speak() -> None:
            speak(choose(offered))

        @app.teardown_request
        def _silent(_trouble: BaseException | None = None) -> None:
            speak(DEFAULT)
