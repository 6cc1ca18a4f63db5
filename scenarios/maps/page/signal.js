"use strict";
// The coloured rasters: signal level (pictures from the run) and best server (drawn from the numbers).
PS.feature((map) => {
  const { data } = PS;
  const shown = {}; // pane -> { key, image }
  const made = new Map(); // "run|layer|view" -> the element that shows it

  const element = async (run, layer) => {
    const key = `${run.name}|${layer.key}|${PS.state.view}`;
    if (!made.has(key)) made.set(key, PS.rasterShown(run) ? rasterPicture(PS.rasterShown(run)) : PS.state.view === "server" ? serverPicture(run, layer) : layer.picture ? PS.image(layer.picture, "image/png") : signalPicture(run, layer));
    return made.get(key);
  };
  async function signalPicture(run, layer) {
    const { levels } = await PS.numbers(run, layer);
    const colours = ["", ...Array.from({ length: 255 }, (_, i) => PS.classOf(layer, i + run.numbers.lowest_dbm).colour)];
    return PS.painted(levels, run.numbers, colours);
  }
  async function serverPicture(run, layer) {
    const { servers } = await PS.numbers(run, layer);
    return PS.painted(servers, run.numbers, ["", ...run.sectors.site.map((site) => data.style.servers[layer.server_colours[site] ?? 0])]);
  }

  // a raster that a room added (door.py): numbers in steps, coloured by class
  const rasterValues = (raster) => (raster.values ??= PS.unpackGrid(raster.codes));
  const numberOf = (raster, code) => (code === 0 ? null : raster.lowest + (code - 1) * raster.step);
  const classIn = (raster, value) => raster.classes.findLast((item) => item.low === null || value >= item.low - 1e-9);
  async function rasterPicture(raster) {
    const colours = ["", ...Array.from({ length: 255 }, (_, i) => classIn(raster, numberOf(raster, i + 1)).colour)];
    return PS.painted(await rasterValues(raster), raster.codes, colours);
  }
  const rasterOf = (run, key) => run.rasters.find((raster) => raster.key === key && (raster.of === null || raster.of === PS.layerOf(run).key));
  PS.rasterShown = (run = PS.run()) => rasterOf(run, PS.state.view);
  PS.rasterAt = async (raster, lat, lon) => {
    const cell = PS.cellAt({ ...raster.codes, bounds: raster.bounds }, lat, lon);
    return cell < 0 ? null : numberOf(raster, (await rasterValues(raster))[cell]);
  };
  // what every added raster of the network shown says at a place: [title, value in words]
  PS.rastersAt = (lat, lon, run = PS.run()) => Promise.all(run.rasters.filter((raster) => rasterOf(run, raster.key) === raster).map(async (raster) => {
    const value = await PS.rasterAt(raster, lat, lon);
    return [PS.words(raster.title), value === null ? "–" : PS.number(value, raster.digits) + (raster.unit && `\u202f${raster.unit}`)];
  }));

  async function show(pane, run) {
    const layer = run ? PS.layerOf(run) : null;
    const known = ["signal", "server"].includes(PS.state.view) || (run && PS.rasterShown(run));
    const key = layer && known ? `${run.name}|${layer.key}|${PS.state.view}` : null;
    const now = shown[pane];
    if (now?.key === key) {
      now?.image?.setOpacity(PS.state.opacity);
      return;
    }
    shown[pane] = { key, image: now?.image };
    if (!key) {
      now?.image?.remove();
      shown[pane] = { key };
      return;
    }
    const picture = await element(run, layer);
    if (shown[pane].key !== key) return; // another was asked for meanwhile
    const bounds = layer.picture && PS.state.view === "signal" ? run.image.bounds : run.numbers.bounds;
    shown[pane].image?.remove();
    shown[pane].image = new PS.Raster(picture, bounds, { pane, opacity: PS.state.opacity }).addTo(map);
    PS.emit("signal");
  }

  const update = () => Promise.all([show("signal", PS.run()), show("before", PS.swipe())]);
  PS.signalImages = () => Object.entries(shown).filter(([, item]) => item.image).map(([pane, item]) => ({ pane, image: item.image }));
  PS.painting = update();
  PS.on("state", (keys) => keys.some((key) => ["run", "layer", "view", "opacity"].includes(key)) && update());

  // what the numbers say at a place, in the layer that is shown
  PS.valueAt = async (lat, lon, run = PS.run(), layer = PS.layerOf(run)) => {
    const { levels, servers } = await PS.numbers(run, layer);
    const cell = PS.cellAt(run.numbers, lat, lon);
    if (cell < 0) return null;
    const code = levels[cell], sector = servers[cell] - 1;
    if (code === 0 && sector < 0 && !PS.contains(data.ground.outline, ...PS.world(lat, lon))) return null;
    const dbm = code === 0 ? null : code - 1 + run.numbers.lowest_dbm;
    return { dbm, sector, site: sector < 0 ? -1 : run.sectors.site[sector], kind: PS.classOf(layer, dbm) };
  };
  PS.classOf = (layer, dbm) => (dbm === null ? null : layer.classes.findLast((item) => item.low === null || dbm >= item.low));
  PS.peopleAt = async (lat, lon) => {
    const grid = await PS.grid(data.people);
    const cell = PS.cellAt(grid, lat, lon);
    return cell < 0 ? null : grid.values[cell];
  };
  // ground height in metres between the four nearest cells of the coarse terrain; null outside it
  PS.heightAt = async (lat, lon) => {
    const grid = await PS.grid(data.relief.heights), { rows, cols, values } = grid;
    const [row, col] = PS.rowCol(grid, lat, lon).map((v) => v - 0.5);
    if (row < -0.5 || col < -0.5 || row > rows - 0.5 || col > cols - 0.5) return null;
    const inside = (v, n) => Math.min(Math.max(v, 0), n - 1);
    const r = Math.floor(row), c = Math.floor(col), fr = row - r, fc = col - c;
    const at = (i, j) => values[inside(i, rows) * cols + inside(j, cols)];
    return (at(r, c) * (1 - fc) + at(r, c + 1) * fc) * (1 - fr) + (at(r + 1, c) * (1 - fc) + at(r + 1, c + 1) * fc) * fr;
  };
});
