"""How lists of the API are cut into pages."""

from rest_framework.pagination import CursorPagination, LimitOffsetPagination


class Pages(LimitOffsetPagination):
    """For configuration: short lists, whose length is worth counting."""

    default_limit = 50
    max_limit = 500


class Feed(CursorPagination):
    """For the ledger: newest first, without counting millions of rows."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    ordering = ("-at", "-id")
