"""What a packet may say, once its bytes have been understood (or before they are made).

`decode` asks after reading and `encode` before writing, so neither lets pass what the other
refuses. What concerns only the bytes (reserved bits, lengths, UTF-8) is in `decoding`. Each rule
quotes the norm which it enforces.
"""

from collections.abc import Callable
from typing import Any

from fleet.mqtt.errors import PROTOCOL_ERROR, MalformedPacket
from fleet.mqtt.packets import (
    KINDS,
    NO_PROPERTIES,
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    Kind,
    Packet,
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
from fleet.mqtt.primitives import TWO_BYTES_MAX
from fleet.mqtt.reasons import allowed_reasons

QOS_MAX = 2
_SHARE = "$share/"


def check(packet: Packet, version: Version) -> None:
    """Raise MalformedPacket if the norm forbids this packet in this version."""
    rule = _RULES.get(type(packet))
    if rule is not None:
        rule(packet, version)


def check_properties(packet: Packet, version: Version) -> None:
    """Raise MalformedPacket if a packet of 3.1.1 has properties, which no bytes of it can say."""
    if isinstance(packet, Connect):
        version = packet.version
        used = packet.properties, packet.will.properties if packet.will else NO_PROPERTIES
    else:
        used = getattr(packet, "properties", NO_PROPERTIES), NO_PROPERTIES
    if version is not Version.V5 and used != (NO_PROPERTIES, NO_PROPERTIES):
        msg = f"{KINDS[type(packet)].name} has properties, but MQTT 3.1.1 has none"
        raise MalformedPacket(msg, PROTOCOL_ERROR)


def check_topic(topic: str) -> None:
    """Raise MalformedPacket unless `topic` is a topic name (4.7): not empty, no wildcard."""
    # [MQTT-4.7.3-1] "All Topic Names and Topic Filters MUST be at least one character long"
    _require(topic, "a topic name is empty, but must have at least one character")
    # [MQTT-3.3.2-2] "The Topic Name in the PUBLISH packet MUST NOT contain wildcard characters"
    if "+" in topic or "#" in topic:
        msg = f"the topic name {topic!r} holds a wildcard, which only a filter may"
        raise MalformedPacket(msg)


def check_filter(topic_filter: str) -> None:
    """Raise MalformedPacket unless `topic_filter` is a topic filter (4.7, 4.8)."""
    # [MQTT-4.7.3-1] "All Topic Names and Topic Filters MUST be at least one character long"
    _require(topic_filter, "a topic filter is empty, but must have at least one character")
    wildcards = topic_filter.count("+") + topic_filter.count("#")
    if not wildcards:
        return
    levels = topic_filter.split("/")
    # [MQTT-4.7.1-1] "The multi-level wildcard character MUST be specified either on its own or
    # following a topic level separator. In either case it MUST be the last character"
    # [MQTT-4.7.1-2] "Where [the single-level wildcard] is used, it MUST occupy an entire level"
    if levels.count("+") + levels.count("#") != wildcards or "#" in levels[:-1]:
        msg = f"in {topic_filter!r} a wildcard is not a whole level, or # is not the last one"
        raise MalformedPacket(msg, PROTOCOL_ERROR)


def _require(fine: object, complaint: str, code: int = PROTOCOL_ERROR) -> None:
    if not fine:
        raise MalformedPacket(complaint, code)


def _check_packet_id(packet_id: int) -> None:
    # [MQTT-2.2.1-3] "... MUST assign it a non-zero Packet Identifier"
    if not 0 < packet_id <= TWO_BYTES_MAX:
        msg = f"the packet id is {packet_id}, but must be from 1 to {TWO_BYTES_MAX}"
        raise MalformedPacket(msg, PROTOCOL_ERROR)


def _check_reason(kind: Kind, reason: int, version: Version) -> None:
    # [MQTT-3.2.2-8] (and so for each packet) "The Server sending the CONNACK packet MUST use one
    # of the Connect Reason Code values"
    fine = reason in allowed_reasons(kind, version)
    _require(fine, f"{kind.name} cannot carry the reason 0x{reason:02x}")


def _check_connect(packet: Connect, version: Version) -> None:  # noqa: ARG001 - it has its own
    if packet.version is Version.V311:
        # 3.1.1 [MQTT-3.1.2-22] "If the User Name Flag is set to 0, the Password Flag MUST be set
        # to 0"
        alone = packet.password is not None and packet.username is None
        _require(not alone, "CONNECT has a password without a user name, which 3.1.1 forbids")
        # 3.1.1 [MQTT-3.1.3-7] "If the Client supplies a zero-byte ClientId, the Client MUST also
        # set CleanSession to 1"
        fine = packet.client_id or packet.clean_start
        _require(fine, "CONNECT has an empty client id without a clean session")
    # 3.1.2.11.10: "It is a Protocol Error to include Authentication Data if there is no
    # Authentication Method."
    properties = packet.properties
    fine = properties.authentication_data is None or properties.authentication_method is not None
    _require(fine, "CONNECT has authentication data without an authentication method")
    if packet.will is not None:
        _check_will(packet.will)


def _check_will(will: Will) -> None:
    # [MQTT-3.1.2-12] "... the value of Will QoS can be 0, 1, or 2. A value of 3 is a Malformed
    # Packet."
    _require(0 <= will.qos <= QOS_MAX, f"the will has QoS {will.qos}")
    check_topic(will.topic)
    _check_response_topic(will.properties.response_topic)


def _check_response_topic(topic: str | None) -> None:
    # [MQTT-3.3.2-14] "The Response Topic MUST NOT contain wildcard characters"
    if topic is not None:
        check_topic(topic)


def _check_connack(packet: ConnAck, version: Version) -> None:
    _check_reason(Kind.CONNACK, packet.reason, version)
    # [MQTT-3.2.2-6] "If a Server sends a CONNACK packet containing a non-zero Reason Code it MUST
    # set Session Present to 0" (3.1.1: [MQTT-3.2.2-4])
    fine = not (packet.session_present and packet.reason)
    _require(fine, "CONNACK refuses and yet says that a session is present")


def _check_publish(packet: Publish, version: Version) -> None:
    # [MQTT-3.3.1-4] "A PUBLISH Packet MUST NOT have both QoS bits set to 1"
    _require(0 <= packet.qos <= QOS_MAX, f"PUBLISH has QoS {packet.qos}")
    if packet.qos:
        _check_packet_id(packet.packet_id)
    else:
        # [MQTT-2.2.1-2] "A PUBLISH packet MUST NOT contain a Packet Identifier if its QoS value
        # is set to 0"
        _require(not packet.packet_id, "PUBLISH with QoS 0 has a packet id")
        # [MQTT-3.3.1-2] "The DUP flag MUST be set to 0 for all QoS 0 messages"
        _require(not packet.dup, "PUBLISH with QoS 0 has the DUP flag")
    # 3.3.2.1: "It is a Protocol Error if the Topic Name is zero length and there is no Topic
    # Alias."
    if packet.topic or version is not Version.V5 or packet.properties.topic_alias is None:
        check_topic(packet.topic)
    _check_response_topic(packet.properties.response_topic)


def _check_answer(packet: PubAck | PubRec | PubRel | PubComp, version: Version) -> None:
    _check_packet_id(packet.packet_id)
    _check_reason(KINDS[type(packet)], packet.reason, version)


def _check_subscribe(packet: Subscribe, version: Version) -> None:
    _check_packet_id(packet.packet_id)
    # [MQTT-3.8.3-2] "The Payload MUST contain at least one Topic Filter and Subscription Options
    # pair"
    _require(packet.subscriptions, "SUBSCRIBE has no topic filter")
    for subscription in packet.subscriptions:
        _check_subscription(subscription, version)
    # 3.8.2.1.2: "It is a Protocol Error to include the Subscription Identifier more than once."
    once = len(packet.properties.subscription_identifier) <= 1
    _require(once, "SUBSCRIBE has more than one subscription identifier")


def _check_subscription(subscription: Subscription, version: Version) -> None:
    check_filter(subscription.topic_filter)
    # 3.8.3.1: "It is a Protocol Error if the Maximum QoS field has the value 3." and "It is a
    # Protocol Error to send a Retain Handling value of 3."
    _require(0 <= subscription.qos <= QOS_MAX, f"a subscription asks for QoS {subscription.qos}")
    handling = subscription.retain_handling
    _require(0 <= handling <= 2, f"a subscription has retain handling {handling}")  # noqa: PLR2004
    if version is not Version.V5:
        options = subscription.no_local or subscription.retain_as_published or handling
        _require(not options, "MQTT 3.1.1 has no subscription options but the QoS")
    elif subscription.topic_filter.startswith(_SHARE):
        _check_share(subscription)


def _check_share(subscription: Subscription) -> None:
    # [MQTT-3.8.3-4] "It is a Protocol Error to set the No Local bit to 1 on a Shared Subscription"
    _require(not subscription.no_local, "a shared subscription has the No Local bit")
    # [MQTT-4.8.2-1] "A Shared Subscription's Topic Filter MUST start with $share/ and MUST contain
    # a ShareName that is at least one character long"
    # [MQTT-4.8.2-2] "The ShareName MUST NOT contain the characters "/", "+" or "#", but MUST be
    # followed by a "/" character. This "/" character MUST be followed by a Topic Filter"
    name, _, inner = subscription.topic_filter.removeprefix(_SHARE).partition("/")
    fine = name and inner and not {"+", "#"} & set(name)
    _require(fine, f"{subscription.topic_filter!r} is not $share/NAME/FILTER")


def _check_suback(packet: SubAck, version: Version) -> None:
    _check_packet_id(packet.packet_id)
    _require(packet.reasons, "SUBACK has no reason code, but must have one for each filter")
    for reason in packet.reasons:
        _check_reason(Kind.SUBACK, reason, version)


def _check_unsubscribe(packet: Unsubscribe, version: Version) -> None:  # noqa: ARG001 - same in both
    _check_packet_id(packet.packet_id)
    # [MQTT-3.10.3-2] "The Payload of an UNSUBSCRIBE packet MUST contain at least one Topic Filter"
    _require(packet.topic_filters, "UNSUBSCRIBE has no topic filter")
    for topic_filter in packet.topic_filters:
        check_filter(topic_filter)


def _check_unsuback(packet: UnsubAck, version: Version) -> None:
    _check_packet_id(packet.packet_id)
    if version is Version.V5:
        _require(packet.reasons, "UNSUBACK has no reason code, but must have one for each filter")
        for reason in packet.reasons:
            _check_reason(Kind.UNSUBACK, reason, version)
    else:
        # 3.1.1, 3.11.3: "The UNSUBACK Packet has no payload."
        _require(not packet.reasons, "UNSUBACK has reason codes, but 3.1.1 has none")


def _check_disconnect(packet: Disconnect, version: Version) -> None:
    _check_reason(Kind.DISCONNECT, packet.reason, version)


def _check_auth(packet: Auth, version: Version) -> None:
    _require(version is Version.V5, "AUTH does not exist in MQTT 3.1.1")
    _check_reason(Kind.AUTH, packet.reason, version)


_RULES: dict[type[Packet], Callable[[Any, Version], None]] = {
    Connect: _check_connect,
    ConnAck: _check_connack,
    Publish: _check_publish,
    PubAck: _check_answer,
    PubRec: _check_answer,
    PubRel: _check_answer,
    PubComp: _check_answer,
    Subscribe: _check_subscribe,
    SubAck: _check_suback,
    Unsubscribe: _check_unsubscribe,
    UnsubAck: _check_unsuback,
    Disconnect: _check_disconnect,
    Auth: _check_auth,
}
