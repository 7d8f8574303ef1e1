"""Handshakes begin some at a time, those who are known first."""

import asyncio

from packetwave.server.hub.turns import Turns


class Connection:
    """Notes in which turn of the loop it began."""

    def __init__(self, name: str, began: list[tuple[int, str]], turn: list[int]) -> None:
        self._name, self._began, self._turn = name, began, turn

    def shake_hands(self) -> None:
        self._began.append((self._turn[0], self._name))


def test_so_many_begin_in_one_turn_and_members_before_strangers() -> None:
    began: list[tuple[int, str]] = []
    turn = [0]

    async def work() -> None:
        turns = Turns(2)
        for number in range(3):
            turns.wait(Connection(f"stranger {number}", began, turn), is_known=False)
        for number in range(2):
            turns.wait(Connection(f"member {number}", began, turn), is_known=True)
        for _ in range(6):
            await asyncio.sleep(0)
            turn[0] += 1
        turns.wait(Connection("late", began, turn), is_known=False)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(work())
    assert [name for _, name in began] == [
        *("member 0", "member 1", "stranger 0", "stranger 1", "stranger 2", "late"),
    ]
    turns_of = [number for number, _ in began[:5]]
    assert max(turns_of.count(number) for number in turns_of) == 2
    assert len(set(turns_of)) == 3
