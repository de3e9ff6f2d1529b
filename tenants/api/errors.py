"""How errors of services and scoping become answers: what is wrong, by field, and which permission is missing."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from rest_framework import exceptions
from rest_framework.fields import get_error_detail
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from tenants.permissions import TABLE, label


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The API's answer to an exception; None for one that is not expected."""
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(_by_field(error))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(_in_words(str(error)))
    return exception_handler(error, context)


def _by_field(error: ValidationError) -> dict[str, list[Any]]:
    """Each message under the field that it is about."""
    detail: dict[str, list[Any]] = {}
    for field, errors in error.update_error_dict({}).items():
        for one in errors:
            detail.setdefault(_field_of(one, field), []).extend(get_error_detail(one))
    return detail


def _field_of(error: ValidationError, field: str) -> str:
    if error.code == "unique_together":  # the organisation and, last, the row's own name or slug
        return str((error.params or {}).get("unique_check", ["name"])[-1])
    return api_settings.NON_FIELD_ERRORS_KEY if field == NON_FIELD_ERRORS else field


def _in_words(reason: str) -> str | None:
    """Services say it in words; scoping names the permission's code."""
    return f"You lack the permission {reason}: {label(reason).lower()}." if reason in TABLE else reason or None
