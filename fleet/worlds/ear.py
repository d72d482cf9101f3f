"""What a live terminal is told by its link: that it is up or down, answers, orders, receipts."""

from typing import Final

from fleet.life.world import LinkDown
from fleet.mqtt.down import DownReason
from fleet.wire import codec
from fleet.wire.errors import WireError
from fleet.wire.messages import (
    Answer,
    AnyOrder,
    HeartbeatAcknowledged,
    Request,
)
from fleet.worlds.inbox import Inbox
from fleet.worlds.press import FIRST_BEAT_ID
from fleet.worlds.waiting import Wait, Waiter


class Ear(Waiter):
    """One terminal's."""

    __slots__ = ()

    # ------------------------------------------------------------------ told by the link

    def link_up(self) -> None:
        """The link is up."""
        meters = self._environment.meters
        self._stopwatch.time_connect()
        meters.add(meters.connects["ok"])
        self._stopwatch.want_link(0)
        meters.count_link(self.region, 1)
        self.beating.carry_by(self.link)
        self._environment.gate.leave()
        self._resume(None)

    def link_down(self, reason: DownReason, text: str) -> None:  # noqa: ARG002 - counted by reason
        """The link broke, or never came up."""
        meters, connecting = self._environment.meters, self._wait is Wait.ATTACH
        if not connecting:
            self.give_up()
        self._unlink()
        if connecting:
            meters.add(meters.connects[reason.value])
            if reason is DownReason.TIMEOUT:
                self._stopwatch.time_connect()
            self._environment.gate.leave(refused=True)
        else:
            meters.count_link(self.region, -1)
            self._stopwatch.want_link(1)
            meters.add(meters.lost[reason.value])
        self._forget_conversation()
        if self._wait in _NEEDS_LINK:
            self._catch_up()
            self._fail(LinkDown())

    def heard(self, topic: str, payload: bytes) -> None:
        """A message came."""
        meters = self._environment.meters
        try:
            message = codec.decode_down(topic[self._down_length :], payload)
        except WireError:
            meters.add(meters.dropped["unreadable"])
            return
        meters.add(meters.received[message.kind])
        if isinstance(message, HeartbeatAcknowledged):
            self.beating.hear(message.seq)
        elif isinstance(message, AnyOrder):
            self._take_order(message)
        elif isinstance(message, Answer):
            self._take_answer(message)

    def acknowledged(self, packet_id: int) -> None:
        """The broker has one message less of ours in flight."""
        if packet_id >= FIRST_BEAT_ID:
            self._environment.beats.receipts.note(self.pulse.index, packet_id)
        else:
            self.outbox.acknowledged()
        if self.outbox.queue and self.link is not None:
            self.outbox.go_on(self.link)

    # ------------------------------------------------------------------ hearing

    def _take_order(self, order: AnyOrder) -> None:
        environment = self._environment
        now = environment.clock.now()
        if self._wait is Wait.BEAT:
            self._pause()
        due = max(order.at - environment.clock.business.origin_ms, self._story) if order.at else now
        if self._inbox is None:
            self._inbox = Inbox()
        if not self._inbox.put(due, order):
            environment.meters.add(environment.meters.dropped["inbox_full"])
        if self._wait in _ATTENDING and not order.at:
            self._attended(now)
        elif self._wait in _ATTENDING:
            self._aim()

    def _take_answer(self, answer: Answer) -> None:
        request = self._request
        if self._wait is Wait.ASK and request is not None and _answers(answer, request):
            self._time_sign_in()
            self._request = None
            self._resume(answer)

    # ------------------------------------------------------------------ parting

    def give_up(self) -> None:
        """Wait no longer for answers to what was sent; time them as they stand."""
        self.beating.give_up()
        self.outbox.give_up()

    def _unlink(self) -> None:
        self.link = None
        self.beating.carry_by(None)

    def _forget_conversation(self) -> None:
        self.outbox.forget()
        self.beating.forget()
        self._inbox = None
        self._request = None


NETWORK: Final = frozenset({Wait.ATTACH, Wait.ASK})
_ATTENDING: Final = frozenset({Wait.LISTEN, Wait.BEAT})
_NEEDS_LINK: Final = NETWORK | _ATTENDING


def _answers(answer: Answer, request: Request) -> bool:
    return answer.kind == request.kind and answer.req == request.req
