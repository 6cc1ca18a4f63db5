"""The embedded reference province, Bình Phước: published facts and the deterministic builder around them."""

from phusong.geodata.reference.build import SYNTHETIC_LABELS as SYNTHETIC_LABELS
from phusong.geodata.reference.build import build as build
from phusong.geodata.reference.cache import load as load
