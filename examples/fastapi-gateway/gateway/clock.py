"""The clock that every call of the router is given."""

from time import monotonic_ns as now

__all__ = ["now"]
