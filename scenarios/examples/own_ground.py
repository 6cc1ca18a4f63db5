"""Radio alone, without a province: one mast on made-up ground, and who hears it where."""

import numpy as np

from phusong.coverage import Carrier, Ground, Options, Sector
from phusong.coverage.predict import predict
from phusong.geodata import Grid, Raster

grid = Grid(crs="EPSG:9212", west_m=0.0, north_m=20_000.0, cell_m=100.0, rows=200, cols=200)
ridge_m = np.zeros(grid.shape, np.float32)
ridge_m[:, 150:153] = 60.0  # a hill range east of the mast
ground = Ground(Raster(grid, ridge_m), Raster(grid, np.zeros(grid.shape, np.uint8)), {0: 0.0})
mast = Sector(
    sector_id="A-1", site_id="A", operator="Mine", x_m=10_000.0, y_m=10_000.0, height_m=40.0,
    carrier=Carrier("4G", "L1800", 1835.0, 20.0), antenna="panel_1800", azimuth_deg=90.0,
    mechanical_downtilt_deg=0.0, electrical_downtilt_deg=2.0, power_dbm=46.0,
)  # fmt: skip
coverage = predict(ground, [mast], grid=grid, options=Options())
level_dbm = coverage.layers["mine-4g"].rsrp_dbm
print(f"before the ridge {level_dbm[100, 145]:.1f} dBm, behind it {level_dbm[100, 158]:.1f} dBm")
print(coverage._repr_html_()[:60], "…")
