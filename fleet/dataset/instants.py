"""Instants as people write them."""

from datetime import UTC, datetime, timedelta

from fleet.units import Millis


def iso(at: Millis, origin_ms: int) -> str:
    """Return an instant of a study as ISO 8601 in UTC."""
    unix = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=origin_ms + at)
    return unix.isoformat().replace("+00:00", "Z")
