"""Threads that ask for a turn get it in the order they came, and one that waited too long goes on."""

from __future__ import annotations

import threading

from coopter.plumbing.line import Line


def test_turns_come_in_the_order_asked() -> None:
    line, served, threads = Line(), [], []

    def ask(number: int) -> None:
        with line.turn(patience_s=60):
            served.append(number)

    with line.turn(patience_s=60):
        for number in range(20):
            threads.append(threading.Thread(target=ask, args=(number,)))
            threads[-1].start()
            while len(line._waiting) <= number:
                pass
        assert served == []
    for thread in threads:
        thread.join()
    assert served == list(range(20))


def test_nobody_holds_it_afterwards() -> None:
    line = Line()
    for _ in range(3):
        with line.turn(patience_s=0):
            assert line._taken
        assert not line._taken


def test_who_waited_too_long_goes_on_without_a_turn() -> None:
    line = Line()
    with line.turn(patience_s=60):
        with line.turn(patience_s=0):
            assert not line._waiting
        assert line._taken, "it gave back what it never had"
    assert not line._taken


def test_a_failure_passes_the_turn_on() -> None:
    line = Line()
    try:
        with line.turn(patience_s=60):
            raise KeyError
    except KeyError:
        pass
    assert not line._taken
