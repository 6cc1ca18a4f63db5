"""What a plan's codes are called: kinds of place and of backhaul, in Vietnamese and English."""

from __future__ import annotations

KINDS = {
    "own": ("vị trí do người dùng đề xuất", "the user's own place"),
    "mast": ("dùng chung cột có sẵn", "on a mast that stands"),
    "centre": ("trung tâm dân cư", "a centre"),
    "hilltop": ("đỉnh đồi nhìn xa", "a hilltop that sees far"),
    "people": ("giữa khu dân cư", "amid people"),
    "road": ("ven đường", "by a road"),
}
BACKHAUL = {
    "none": ("có sẵn ở cột", "there already"),
    "fibre": ("kéo cáp quang theo đường", "fibre along roads"),
    "microwave": ("viba, thấy nhau trực tiếp", "microwave, in line of sight"),
}
