"use strict";
// The coloured rasters: signal level (pictures from the run) and best server (drawn from the numbers).
PS.feature((map) => {
  const { data } = PS;
  const shown = {}; // pane -> { key, image }
  const servers = new Map(); // layer -> data URI

  const picture = async (layer) => {
    if (PS.state.view === "signal") return (layer.uri ??= "data:image/png;base64," + layer.picture);
    if (!servers.has(layer)) servers.set(layer, serverPicture(layer));
    return servers.get(layer);
  };

  async function serverPicture(layer) {
    const run = data.runs.find((item) => item.layers.includes(layer)), grid = run.numbers;
    const { servers: values } = await PS.numbers(run, layer);
    const colour = [0];
    run.sectors.site.forEach((site, index) => {
      const hex = data.style.servers[layer.server_colours[site] ?? 0];
      colour[index + 1] = 0xff000000 | (parseInt(hex.slice(5, 7), 16) << 16) | (parseInt(hex.slice(3, 5), 16) << 8) | parseInt(hex.slice(1, 3), 16);
    });
    const canvas = document.createElement("canvas");
    canvas.width = grid.cols;
    canvas.height = grid.rows;
    const pixels = new Uint32Array(values.length);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colour[values[i]];
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), grid.cols, grid.rows), 0, 0);
    return canvas.toDataURL();
  }

  async function show(pane, run) {
    const layer = run ? PS.layerOf(run) : null;
    const key = layer && PS.state.view !== "none" ? `${run.name}|${layer.key}|${PS.state.view}` : null;
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
    const uri = await picture(layer);
    if (shown[pane].key !== key) return; // another was asked for meanwhile
    const bounds = PS.state.view === "signal" ? run.image.bounds : run.numbers.bounds;
    shown[pane].image?.remove();
    shown[pane].image = L.imageOverlay(uri, bounds, { pane, opacity: PS.state.opacity, interactive: false, className: "crisp", alt: "" }).addTo(map);
    PS.emit("signal");
  }

  const update = () => {
    show("signal", PS.run());
    show("before", PS.swipe());
  };
  PS.signalImages = () => Object.entries(shown).filter(([, item]) => item.image).map(([pane, item]) => ({ pane, image: item.image }));
  update();
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
