"""Callbacks of options: text in, checked values out."""

import ipaddress
import re
from collections.abc import Iterator

import click

from fleet.profile.objectives import Objective, ObjectiveError
from fleet.units import Millis, parse_duration

_ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^\s:\[\]]+)):(?P<port>[0-9]{1,5})")
_PORT_MAX = 65_535
_SOURCES_MAX = 4_096
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s?(%?)")
_PER_CENT = 100
_SHARDS = re.compile(r"[1-9][0-9]{0,3}")


def duration(ctx: click.Context, param: click.Parameter, text: str | None) -> Millis | None:
    """Read a duration above 0, such as `90s`."""
    duration_ms = None if text is None else _millis(ctx, param, text)
    if duration_ms is not None and duration_ms <= 0:
        msg = f"{text!r} is not above 0"
        raise click.BadParameter(msg, ctx, param)
    return duration_ms


def wait(ctx: click.Context, param: click.Parameter, text: str) -> Millis:
    """Read a duration that may be 0, such as `20s`."""
    duration_ms = _millis(ctx, param, text)
    if duration_ms < 0:
        msg = f"{text!r} is below 0"
        raise click.BadParameter(msg, ctx, param)
    return duration_ms


def _millis(ctx: click.Context, param: click.Parameter, text: str) -> Millis:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


def shards(ctx: click.Context, param: click.Parameter, text: str) -> int | None:
    """Read a number of processes, or `auto`, which is None."""
    if text == "auto":
        return None
    if not _SHARDS.fullmatch(text):
        msg = f"{text!r} is neither a number from 1 to 9999 nor 'auto'"
        raise click.BadParameter(msg, ctx, param)
    return int(text)


def address(ctx: click.Context, param: click.Parameter, text: str) -> tuple[str, int] | None:
    """Read host and port to listen at, or `off`, which is None."""
    if text == "off":
        return None
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match["port"]) > _PORT_MAX:
        msg = f"{text!r} is not HOST:PORT, such as '127.0.0.1:9464', nor 'off'"
        raise click.BadParameter(msg, ctx, param)
    return match["v6"] or match["host"], int(match["port"])


def objectives(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """Read objectives, such as `sign_in.p99 < 2s`; every complaint is told at once."""
    read: list[str] = []
    complaints: list[str] = []
    for text in texts:
        try:
            read.append(Objective.parse(text).text)
        except ObjectiveError as error:
            complaints.append(str(error))
    if complaints:
        raise click.BadParameter("\n".join(complaints), ctx, param)
    return tuple(read)


def share(ctx: click.Context, param: click.Parameter, text: str) -> float:
    """Read a share above 0 and up to 1, such as `5%` or `0.05`."""
    match = _SHARE.fullmatch(text)
    number = float(match[1]) / (_PER_CENT if match[2] else 1) if match else 0.0
    if not 0 < number <= 1:
        msg = f"{text!r} is no share above 0 and up to 1; write it as '5%' or '0.05'"
        raise click.BadParameter(msg, ctx, param)
    return number


def sources(ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Read local IPv4 addresses and ranges of them, such as `127.0.0.1-127.0.0.8`."""
    try:
        return tuple(str(address) for text in texts for address in _addresses(text))
    except ValueError:
        msg = f"{', '.join(texts)!r} is no IPv4 address nor range; write 127.0.0.1-127.0.0.8"
        raise click.BadParameter(msg, ctx, param) from None


def _addresses(text: str) -> Iterator[ipaddress.IPv4Address]:
    first, _, last = text.partition("-")
    low, high = int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last or first))
    if not low <= high < low + _SOURCES_MAX:
        raise ValueError(text)
    yield from map(ipaddress.IPv4Address, range(low, high + 1))
