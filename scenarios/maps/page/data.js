"use strict";
// The data block, its shapes and its number grids.
{
  const data = (PS.data = JSON.parse(PS.$("data").textContent));
  PS.$("data").remove();

  const mercatorY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
  PS.world = (lat, lon) => [(lon + 180) / 360, mercatorY(lat)]; // the world is the unit square

  // rings of 1e-5 degree steps -> { rings: [Float64Array x, y, …], box: [x0, y0, x1, y1] } in world units
  PS.shape = (encoded) => {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const rings = encoded.map((steps) => {
      const points = new Float64Array(steps.length);
      let lon = 0, lat = 0;
      for (let i = 0; i < steps.length; i += 2) {
        lon += steps[i];
        lat += steps[i + 1];
        const [x, y] = PS.world(lat / 1e5, lon / 1e5);
        points[i] = x;
        points[i + 1] = y;
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      }
      return points;
    });
    return { rings, box };
  };
  PS.contains = (shape, x, y) => {
    if (x < shape.box[0] || x > shape.box[2] || y < shape.box[1] || y > shape.box[3]) return false;
    let inside = false;
    for (const p of shape.rings) {
      for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
        if (p[i + 1] > y !== p[j + 1] > y && x < ((p[j] - p[i]) * (y - p[i + 1])) / (p[j + 1] - p[i + 1]) + p[i]) inside = !inside;
      }
    }
    return inside;
  };

  const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

  const inflate = async (base64) => {
    const stream = new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };
  // undoes `packed` of pictures.py: inflate, then add each row to the one above it
  const unpack = async (base64, cols, bits) => {
    const flat = await inflate(base64);
    let values = flat;
    if (bits === 16) {
      const n = flat.length / 2;
      values = new Uint16Array(n);
      for (let i = 0; i < n; i++) values[i] = flat[i] | (flat[n + i] << 8);
    }
    for (let i = cols; i < values.length; i++) values[i] += values[i - cols];
    return values;
  };
  // undoes `packed_labels` of pictures.py
  const unpackLabels = async ({ steps, labels }, cols) => {
    const step = await inflate(steps), flat = await inflate(labels), n = flat.length / 2;
    const values = new Uint16Array(step.length);
    for (let i = 0, k = 0; i < values.length; i++) {
      if (step[i] === 2) values[i] = flat[k] | (flat[n + k++] << 8);
      else if (step[i] === 1) values[i] = i % cols ? values[i - 1] : 0;
      else values[i] = i >= cols ? values[i - cols] : 0;
    }
    return values;
  };
  PS.grid = (packed) => (packed.ready ??= unpack(packed.data, packed.cols, packed.bits).then((values) => {
    packed.values = values;
    delete packed.data;
    return packed;
  }));
  // a layer's levels (codes) and best servers (sector + 1) on the run's number grid
  PS.numbers = (run, layer) => (layer.ready ??= numbers(run, layer));
  async function numbers(run, layer) {
    const { cols } = run.numbers;
    if (layer.levels) return { levels: await unpack(layer.levels, cols, 8), servers: await unpackLabels(layer.servers, cols) };
    const which = await unpack(layer.which, cols, 8);
    const parts = await Promise.all(layer.best_of.map((key) => PS.numbers(run, run.layer[key])));
    const levels = new Uint8Array(which.length), servers = new Uint16Array(which.length);
    for (let i = 0; i < which.length; i++) {
      if (!which[i]) continue;
      levels[i] = parts[which[i] - 1].levels[i];
      servers[i] = parts[which[i] - 1].servers[i];
    }
    return { levels, servers };
  }
  PS.unpackJson = async (base64) => JSON.parse(new TextDecoder().decode(await inflate(base64)));
  PS.loadGaps = () => Promise.all(data.runs.map(async (run) => {
    const { rows, rings } = await PS.unpackJson(run.gaps);
    rows.forEach((gap, index) => { gap.shape = PS.shape(rings[index]); });
    run.gaps = rows;
  }));
  // row and column of a place on a grid, with fractions
  PS.rowCol = (grid, lat, lon) => {
    const [[south, west], [north, east]] = grid.bounds;
    const [x0, y0] = PS.world(north, west), [x1, y1] = PS.world(south, east), [x, y] = PS.world(lat, lon);
    return [((y - y0) / (y1 - y0)) * grid.rows, ((x - x0) / (x1 - x0)) * grid.cols];
  };
  // index of the cell at a place, -1 outside
  PS.cellAt = (grid, lat, lon) => {
    const [row, col] = PS.rowCol(grid, lat, lon).map(Math.floor);
    return col < 0 || row < 0 || col >= grid.cols || row >= grid.rows ? -1 : row * grid.cols + col;
  };

  PS.vn2000 = (lat, lon) => {
    const { lat0, lon0, east, north } = data.vn2000;
    const u = lon - lon0, v = lat - lat0;
    let e = 0, n = 0, k = 0;
    for (let i = 0; i <= 4; i++) for (let j = 0; j <= 4 - i; j++, k++) {
      const term = u ** i * v ** j;
      e += east[k] * term;
      n += north[k] * term;
    }
    return [e, n];
  };

  const ground = data.ground;
  for (const key of ["outline", "border", "patrol", "park"]) ground[key] = PS.shape(ground[key]);
  for (const list of [ground.roads, ground.water, ground.zones, ...Object.values(ground.units)])
    for (const item of list) item.shape = PS.shape(item.rings);
  for (const place of ground.places) place.xy = PS.world(...place.at);
  const project = (table) => {
    table.n = table.lat.length;
    table.x = new Float64Array(table.n);
    table.y = new Float64Array(table.n);
    for (let i = 0; i < table.n; i++) [table.x[i], table.y[i]] = PS.world(table.lat[i], table.lon[i]);
  };
  project(data.hamlets);
  project(data.stations);
  for (const run of data.runs) {
    run.layer = Object.fromEntries(run.layers.map((layer) => [layer.key, layer]));
    run.onAir = new Uint8Array(data.stations.n);
    for (const site of run.sectors.site) run.onAir[site] = 1;
  }

  // what the page shows now; every change goes through PS.set
  const last = data.runs.length - 1;
  const first = data.runs[last].layers;
  PS.state = {
    run: data.mode === "years" ? 0 : last,
    layer: (first.find((layer) => layer.operator === "any") ?? first[0]).key,
    view: "signal",
    opacity: 0.75,
    hamlets: true,
    gaps: true,
    stations: Object.fromEntries(Object.keys(data.style.operators).map((name) => [name, true])),
    planned: false,
    units: "district",
    choropleth: false,
    relief: true,
    roads: true,
    labels: true,
    divider: 0.5,
  };
  PS.set = (changes) => {
    Object.assign(PS.state, changes);
    PS.emit("state", Object.keys(changes));
  };
  PS.run = () => data.runs[PS.state.run];
  PS.layerOf = (run = PS.run()) => run.layer[PS.state.layer] ?? run.layers[0];
  PS.operatorName = (name) => (name === "any" ? PS.t("any") : name);
  PS.layerName = (layer) => `${layer.technology} · ${PS.operatorName(layer.operator)}`;
  PS.quantity = (technology) => (technology === "3G" ? "RSCP" : technology === "5G" ? "SS-RSRP" : "RSRP");
  // a hamlet's service in the layer that is shown: [dBm, row of the levels]
  PS.service = (run, index) => {
    const own = run.hamlets.layers[PS.layerOf(run).key];
    return own ? [own.rsrp[index], own.level[index]] : [run.hamlets.rsrp[index], run.hamlets.level[index]];
  };
  PS.swipe = () => (data.mode === "compare" ? data.runs[0] : null);
}
