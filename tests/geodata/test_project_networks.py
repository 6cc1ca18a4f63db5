"""A project's own loudspeakers and broadband list in the networks of its run."""

from __future__ import annotations

from pathlib import Path

import pytest

from phusong.geodata import reference
from phusong.geodata.project import import_file, open_project
from phusong.geodata.project_networks import load_networks
from phusong.geodata.templates import init


@pytest.mark.slow
def test_lists_take_the_place_of_what_is_made_up(tmp_path: Path) -> None:
    province = reference.load()
    one, two, three = province.hamlets.iloc[0], province.hamlets.iloc[100], province.hamlets.iloc[200]
    init(tmp_path / "p", name="Bình Phước", base="binh-phuoc", crs="EPSG:9212")
    project = open_project(tmp_path / "p")
    loa = tmp_path / "loa.csv"
    loa.write_text(
        "Mã cụm loa;Xã;Thôn;Loại loa;Công suất (W);Vĩ độ;Kinh độ\n"
        f"L1;{one.unit_2025};{one['name']};IP;50;11,53;106,89\n"
        f"L2;{two.unit_2025};{two['name']};thông minh;;;\n",
        "utf-8",
    )
    rong = tmp_path / "rong.csv"
    rong.write_text(
        "Xã;Thôn;Nhà mạng;Công nghệ;Số hộ có hạ tầng;Thuê bao\n"
        f"{one.unit_2025};{one['name']};VNPT;cáp quang;280;210\n"
        f"{two.unit_2025};{two['name']};Viettel;FTTH;0;0\n"
        f"{three.unit_2025};{three['name']};FPT;GPON;;15\n",
        "utf-8",
    )
    import_file(project, loa, "loudspeakers", accept_guesses=True)
    import_file(project, rong, "fixed_broadband", accept_guesses=True)
    networks = load_networks(project.folder, province)
    speakers = networks.loudspeakers
    assert list(speakers["cluster_id"]) == ["L1", "L2"]
    assert list(speakers["hamlet_id"]) == [one.hamlet_id, two.hamlet_id]
    assert list(speakers["power_w"]) == [50.0, 25.0]
    assert list(speakers["synthetic"]) == [False, True]  # the second has no coordinates
    assert "loudspeakers" not in networks.synthetic
    assert "access_points" in networks.synthetic
    # fibre only where the list says that it is
    assert set(networks.access_points["hamlet_id"]) <= {one.hamlet_id, three.hamlet_id}
    assert len(networks.access_points) > 0
