"""Hypothesis strategies of every packet which the norm allows."""

import functools
from typing import Any

from hypothesis import strategies as st

from fleet.mqtt.packets import (
    NO_PROPERTIES,
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    Kind,
    Packet,
    PingReq,
    PingResp,
    Properties,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Subscribe,
    Subscription,
    UnsubAck,
    Unsubscribe,
    Version,
    Will,
)
from fleet.mqtt.properties import BINARY, BYTE, TABLE, TWO_BYTES, UTF8, UTF8_PAIR, Property
from fleet.mqtt.reasons import allowed_reasons

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
TOPICS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0+#"), min_size=1, max_size=30
)
LEVELS = st.one_of(st.just("+"), TOPICS.map(lambda topic: topic.replace("/", "-")))
FILTERS = st.builds(
    lambda levels, tail: "/".join([*levels, *tail]),
    st.lists(LEVELS, min_size=1, max_size=4),
    st.sampled_from([(), ("#",)]),
).filter(lambda each: not each.startswith("$share"))
PACKET_IDS = st.integers(1, 65535)
QOS = st.integers(0, 2)


def _values(row: Property) -> st.SearchStrategy[Any]:
    if row.name == "response_topic":
        return TOPICS
    texts = {UTF8: TEXT, UTF8_PAIR: st.tuples(TEXT, TEXT), BINARY: st.binary(max_size=30)}
    size = {BYTE: 0xFF, TWO_BYTES: 0xFFFF}.get(row.form, row.highest)
    return texts.get(row.form, st.integers(row.lowest, min(row.highest, size)))


def properties(version: Version, kind: Kind) -> st.SearchStrategy[Properties]:
    """Properties which may stand in a packet of this kind; none in 3.1.1."""
    if version is Version.V311:
        return st.just(NO_PROPERTIES)
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for row in TABLE:
        if kind in row.kinds:
            once = row.name == "subscription_identifier" and kind is Kind.SUBSCRIBE
            many = st.lists(_values(row), max_size=1 if once else 3).map(tuple)
            fields[row.name] = many if row.repeats else st.none() | _values(row)
    return st.builds(Properties, **fields).filter(
        lambda each: each.authentication_data is None or each.authentication_method is not None
    )


def reasons(version: Version, kind: Kind) -> st.SearchStrategy[int]:
    """Reason codes which a packet of this kind may carry."""
    return st.sampled_from(sorted(allowed_reasons(kind, version)))


def wills(version: Version) -> st.SearchStrategy[Will]:
    """Wills, with all they may have."""
    return st.builds(
        Will,
        TOPICS,
        st.binary(max_size=50),
        QOS,
        st.booleans(),
        properties(version, Kind.WILL),
    )


@functools.cache
def connects(version: Version) -> st.SearchStrategy[Connect]:
    """CONNECT packets."""
    return st.builds(
        Connect,
        client_id=TEXT,
        version=st.just(version),
        clean_start=st.booleans(),
        keep_alive_s=st.integers(0, 65535),
        username=st.none() | TEXT,
        password=st.none() | st.binary(max_size=20),
        will=st.none() | wills(version),
        properties=properties(version, Kind.CONNECT),
    ).filter(
        lambda each: (
            version is Version.V5
            or (
                (each.username is not None or each.password is None)
                and (each.clean_start or each.client_id != "")
            )
        )
    )


def connacks(version: Version) -> st.SearchStrategy[ConnAck]:
    """CONNACK packets."""
    return st.builds(
        ConnAck, st.booleans(), reasons(version, Kind.CONNACK), properties(version, Kind.CONNACK)
    ).filter(lambda each: not (each.session_present and each.reason))


@functools.cache
def publishes(version: Version) -> st.SearchStrategy[Publish]:
    """PUBLISH packets of every QoS."""
    said = properties(version, Kind.PUBLISH)
    payloads = st.binary(max_size=300)
    return st.builds(
        Publish, TOPICS, payloads, st.just(0), st.booleans(), properties=said
    ) | st.builds(
        Publish,
        TOPICS,
        payloads,
        st.integers(1, 2),
        st.booleans(),
        st.booleans(),
        PACKET_IDS,
        said,
    )


def subscriptions(version: Version) -> st.SearchStrategy[Subscription]:
    """Subscriptions, in MQTT 5 with their options."""
    if version is Version.V311:
        return st.builds(Subscription, FILTERS, QOS)
    return st.builds(
        Subscription, FILTERS, QOS, st.booleans(), st.booleans(), st.integers(0, 2)
    ) | st.builds(Subscription, FILTERS.map("$share/group/{}".format), QOS)


@functools.cache
def packets(version: Version) -> st.SearchStrategy[Packet]:
    """Every packet of this version."""
    answers = [
        st.builds(kind, PACKET_IDS, reasons(version, number), properties(version, number))
        for kind, number in (
            (PubAck, Kind.PUBACK),
            (PubRec, Kind.PUBREC),
            (PubRel, Kind.PUBREL),
            (PubComp, Kind.PUBCOMP),
        )
        if version is Version.V5
    ] or [st.builds(kind, PACKET_IDS) for kind in (PubAck, PubRec, PubRel, PubComp)]
    return st.one_of(
        connects(version),
        connacks(version),
        publishes(version),
        *answers,
        _requests(version),
        st.just(PingReq()),
        st.just(PingResp()),
        _farewells(version),
    )


def _requests(version: Version) -> st.SearchStrategy[Packet]:
    codes = [
        st.lists(reasons(version, kind), min_size=1, max_size=5).map(tuple)
        for kind in (Kind.SUBACK, Kind.UNSUBACK)
    ]
    return st.one_of(
        st.builds(
            Subscribe,
            PACKET_IDS,
            st.lists(subscriptions(version), min_size=1, max_size=4).map(tuple),
            properties(version, Kind.SUBSCRIBE),
        ),
        st.builds(SubAck, PACKET_IDS, codes[0], properties(version, Kind.SUBACK)),
        st.builds(
            Unsubscribe,
            PACKET_IDS,
            st.lists(FILTERS, min_size=1, max_size=4).map(tuple),
            properties(version, Kind.UNSUBSCRIBE),
        ),
        st.builds(
            UnsubAck,
            PACKET_IDS,
            codes[1] if version is Version.V5 else st.just(()),
            properties(version, Kind.UNSUBACK),
        ),
    )


def _farewells(version: Version) -> st.SearchStrategy[Packet]:
    if version is Version.V311:
        return st.just(Disconnect())
    return st.builds(
        Disconnect, reasons(version, Kind.DISCONNECT), properties(version, Kind.DISCONNECT)
    ) | st.builds(Auth, reasons(version, Kind.AUTH), properties(version, Kind.AUTH))
