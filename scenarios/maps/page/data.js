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

  // undoes `packed` of pictures.py: inflate, then add each row to the one above it
  PS.grid = (packed) => {
    packed.ready ??= (async () => {
      const stream = new Blob([bytes(packed.data)]).stream().pipeThrough(new DecompressionStream("deflate"));
      const flat = new Uint8Array(await new Response(stream).arrayBuffer());
      const { rows, cols } = packed;
      const n = rows * cols;
      let values = flat;
      if (packed.bits === 16) {
        values = new Uint16Array(n);
        for (let i = 0; i < n; i++) values[i] = flat[i] | (flat[n + i] << 8);
      }
      for (let i = cols; i < n; i++) values[i] += values[i - cols];
      packed.values = values;
      delete packed.data;
      return packed;
    })();
    return packed.ready;
  };
  PS.inflated = async (base64) => JSON.parse(await new Response(new Blob([bytes(base64)]).stream().pipeThrough(new DecompressionStream("deflate"))).text());
  PS.loadGaps = () => Promise.all(data.runs.map(async (run) => {
    const rings = await PS.inflated(run.gap_rings);
    run.gaps.forEach((gap, index) => { gap.shape = PS.shape(rings[index]); });
    delete run.gap_rings;
  }));
  // index of the cell at a place, -1 outside
  PS.cellAt = (grid, lat, lon) => {
    const [[south, west], [north, east]] = grid.bounds;
    const [x0, y0] = PS.world(north, west), [x1, y1] = PS.world(south, east), [x, y] = PS.world(lat, lon);
    const col = Math.floor(((x - x0) / (x1 - x0)) * grid.cols), row = Math.floor(((y - y0) / (y1 - y0)) * grid.rows);
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
