"""The pieces of a page that are more than an include: icons, cards, charts, fields with parameters.

Built in (settings.TEMPLATES): templates need no `load`.
"""

import re
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon inline, in the colour of the text. It is decoration: say in words what it means."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round"'
        ' stroke-linejoin="round" aria-hidden="true">{}</svg>',
        extra,
        _shapes(name),
    )


@lru_cache
def _shapes(name: str) -> SafeString:
    path = finders.find(f"vendor/icons/{name}.svg")
    if path is None:
        if settings.DEBUG:
            raise FileNotFoundError(f"No icon {name} in static/vendor/icons; run `make assets`")
        return SafeString("")
    with open(path, encoding="utf-8") as file:
        shapes = re.findall(r"<(?:path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*/>", file.read())
    return mark_safe("".join(shape for shape in shapes if 'stroke="none"' not in shape))  # noqa: S308


@register.simple_tag
def badge(tone: str, label: Any) -> SafeString:
    """A state in a word. Tones: good, warn, bad, calm, plain."""
    return format_html('<span class="state-badge {}">{}</span>', tone, label)


@register.simple_block_tag(takes_context=True)
def card(context: template.Context, content: str, title: str = "", **options: Any) -> SafeString:
    """{% card title="…" hint="…" flush=True %}…{% endcard %}; flush: no padding, for tables."""
    return render_to_string("components/card.html", {"content": content, "title": title, **options})


@register.simple_tag
def chart(name: str, spec: dict[str, Any]) -> SafeString:
    """A chart that static/js/charts.js draws from the figures beside it."""
    data = json_script(spec, f"chart-{name}")
    return render_to_string("components/chart.html", {"name": name, "spec": spec, "data": data})


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's query string with some parameters changed; None removes one."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value is not None:
            params[name] = value
    return "?" + params.urlencode()


@register.simple_tag(takes_context=True)
def narrow(context: template.Context, name: str, value: Any) -> str:
    """`query` for a parameter whose name is a variable."""
    return query(context, **{name: value})
