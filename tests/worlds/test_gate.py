"""The gate lets through no more than its width, in the order of coming."""

from fleet.worlds.gate import Gate


class Comer:
    """Notes that it was admitted."""

    def __init__(self, inside: list[int], number: int) -> None:
        self.inside = inside
        self.number = number

    def admitted(self) -> None:
        self.inside.append(self.number)


def test_the_width_is_kept_and_the_queue_is_fair() -> None:
    """Those who wait get in one by one, as others leave."""
    inside: list[int] = []
    gate = Gate(2)
    for number in range(5):
        gate.enter(Comer(inside, number))
    assert inside == [0, 1]
    gate.leave()
    gate.leave()
    assert inside == [0, 1, 2, 3]


def test_room_that_nobody_waits_for_is_kept() -> None:
    """After everybody has left, the gate is as wide as before."""
    inside: list[int] = []
    gate = Gate(1)
    gate.enter(Comer(inside, 0))
    gate.leave()
    gate.enter(Comer(inside, 1))
    gate.enter(Comer(inside, 2))
    assert inside == [0, 1]
