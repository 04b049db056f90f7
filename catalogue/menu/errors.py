"""Refusals of the menu."""

from catalogue.core.errors import NotAllowed


class MenuClosed(NotAllowed):
    """The district keeps its menu for people who are signed in."""

    code = "sign_in"
    status = 401
