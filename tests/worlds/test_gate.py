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


def test_a_gate_that_yields_narrows_after_failures_and_widens_again() -> None:
    """A round of failures leaves half as many inside; rounds of successes bring them all back."""
    admitted: list[int] = []
    gate = Gate(8, yields=True)
    for number in range(200):
        gate.enter(Comer(admitted, number))
    assert len(admitted) == 8
    for _ in range(8):
        gate.leave(refused=True)
    assert len(admitted) - 8 == 4
    for _ in range(60):
        gate.leave()
    assert len(admitted) - 68 == 8


def test_a_gate_lets_at_least_one_through() -> None:
    """However often the broker refuses, somebody tries."""
    admitted: list[int] = []
    gate = Gate(8, yields=True)
    for number in range(300):
        gate.enter(Comer(admitted, number))
    for _ in range(100):
        gate.leave(refused=True)
    assert len(admitted) == 101
