"""The embedded reference province, Bình Phước: published facts and the deterministic builder around them."""
