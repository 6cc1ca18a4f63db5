"""What a planner may ask wrongly of `phusong plan`: one line that says what to change, exit code 2, no folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from phusong.scenarios.__main__ import main

HEAD = """
base = "plan-5g-250"
name = "thu"
title_vi = "Thử"
title_en = "Try"
area = ["Huyện Bù Đốp"]
resolution_m = 1000
[radio]
radius_km = { 4G = 4, 5G = 3 }
[plan]
"""


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """The line of a refused plan, after its exit code is found to be 2."""

    def told_(plan: str, *options: str) -> str:
        (tmp_path / "ngoai.csv").write_text("name,lat,lon\nHà Nội,21.03,105.85\n", encoding="utf-8")
        (tmp_path / "thu.toml").write_text(HEAD + plan.replace("@", tmp_path.as_posix()), encoding="utf-8")
        out = tmp_path / "out"
        arguments = ["phusong", "plan", str(tmp_path / "thu.toml"), "--out", str(out), *options]
        monkeypatch.setattr("sys.argv", arguments)
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 2
        assert not out.exists()
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("phusong: ")]
        assert len(lines) == 1
        return lines[0]

    return told_


@pytest.mark.parametrize(("plan", "options", "said"), [
    ("sites = 2\nkind = 'mast'", (), "plan.kind"),
    ("sites = 0", (), "give sites, budget_vnd, or target_share"),
    ("sites = 2", ("--sites", "3", "--target", "0.9"), "exclude each other"),
    ("sites = 2", ("--target", "1.5"), "--target 1.5"),
    ("sites = 2", ("--budget", "-3"), "--budget -3"),
])  # fmt: skip
def test_mistakes_of_form_are_told_at_once(
    told: Callable[..., str], plan: str, options: tuple[str, ...], said: str
) -> None:
    assert said in told(plan, *options)


@pytest.mark.slow
@pytest.mark.parametrize(("plan", "said"), [
    ("sites = 400\ncandidates = 12\nkinds = ['mast']", "400 sites are wanted but there are only"),
    ("sites = 1\ncandidates = 12\nkinds = ['mast']\nleast_commune_share = 0.9", "equity: "),
    ("sites = 4\ncandidates = 12\nkinds = ['mast', 'own']\nown = '@/ngoai.csv'", "'Hà Nội' lies outside"),
    ("sites = 2\ncandidates = 12\nkinds = ['mast']\nmust = ['Hà Nội']", "'Hà Nội' is no candidate"),
    ("sites = 2\ncandidates = 12\nkinds = ['mast']\nnear_border_km = 0.001", "demand: no point has weight"),
    ("sites = 0\ncandidates = 2\nkinds = ['mast']\ntarget_share = 0.99", "lower it to"),
    ("sites = 2\nkinds = ['hilltop']\nprominence_m = 5000.0", "candidates"),
])  # fmt: skip
def test_plans_that_cannot_be_are_told_with_what_would_do(
    told: Callable[..., str], plan: str, said: str
) -> None:
    assert said in told(plan)


@pytest.mark.slow
def test_must_sites_too_close_name_themselves_and_the_spacing_that_would_do(
    told: Callable[..., str],
) -> None:
    from phusong.geodata import reference

    province = reference.load()
    district = province.districts.set_index("name").geometry["Huyện Bù Đốp"]
    sites = province.sites[province.sites["status"] == "on_air"].drop_duplicates("mast_id")
    inside = shapely.contains_xy(district, sites["x_m"].to_numpy(float), sites["y_m"].to_numpy(float))
    one, two = sites.loc[inside, "mast_id"].iloc[:2]
    plan = f"sites = 3\ncandidates = 40\nkinds = ['mast']\nspacing_m = 90000.0\nmust = ['{one}', '{two}']"
    line = told(plan)
    assert "spacing 90000 m" in line
    assert one in line
    assert two in line
    assert "lower the spacing to" in line
