"""What a waiting person sees: a bar with time left on a terminal, one plain line a stage elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int], None]  # done, total

TOLD_EVERY_S = 10.0  # where there is no terminal to draw a bar on


class Stages:
    """Names each stage as it begins and keeps how long each took, in seconds."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        self._quiet = quiet

    @contextmanager
    def stage(self, key: str, title: str) -> Iterator[Report]:
        """A stage under way; call the report it gives with (done, total) as the work goes on."""
        begun = time.perf_counter()
        if self._quiet:
            yield _silent
        elif sys.stderr.isatty():
            with _bar(title) as report:
                yield report
        else:
            print(f"{title} …", file=sys.stderr, flush=True)  # noqa: T201
            yield _told_now_and_then(begun)
        self.seconds[key] = round(time.perf_counter() - begun, 3)


def _told_now_and_then(begun: float) -> Report:
    """A report that prints a line every TOLD_EVERY_S, with the time left if work goes on as it has."""
    told = begun

    def report(done: int, total: int) -> None:
        nonlocal told
        now = time.perf_counter()
        if now - told < TOLD_EVERY_S or not 0 < done < total:
            return
        told = now
        left_s = (now - begun) / done * (total - done)
        print(  # noqa: T201
            f"  {done / total:.0%}, còn khoảng {left_s:.0f} giây · about {left_s:.0f} s left",
            file=sys.stderr,
            flush=True,
        )

    return report


def part(report: Report, number: int, count: int) -> Report:
    """The report of one of `count` equal parts of a stage."""

    def told(done: int, total: int) -> None:
        report(round(1000 * (number + done / total)), 1000 * count)

    return told


def _silent(_done: int, _total: int) -> None:
    """Reports nothing."""


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
        progress.update(task, completed=1, total=1)
