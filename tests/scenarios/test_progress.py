"""What a waiting person is told."""

from __future__ import annotations

import pytest

from phusong.scenarios import progress


def test_without_a_terminal_the_time_left_is_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [100.0]
    monkeypatch.setattr(progress.time, "perf_counter", lambda: clock[0])
    stages = progress.Stages()
    with stages.stage("predict", "Dự báo · predicting") as report:
        clock[0] = 105.0
        report(1, 10)  # too soon
        clock[0] = 120.0
        report(4, 10)
        clock[0] = 121.0
        report(5, 10)  # too soon after the last
        clock[0] = 150.0
        report(10, 10)  # over
    assert capsys.readouterr().err.splitlines() == [
        "Dự báo · predicting …",
        "  40%, còn khoảng 30 giây · about 30 s left",
    ]
    assert stages.seconds == {"predict": 50.0}


def test_parts_of_a_stage_add_up() -> None:
    told: list[float] = []
    for number in range(3):
        report = progress.part(lambda done, total: told.append(done / total), number, 3)
        report(1, 2)
        report(2, 2)
    assert told == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1.0], abs=1e-3)
