"""The menu, as data."""

from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, object]:
    """Template context: the menu entries that this person may open."""
    return {}
