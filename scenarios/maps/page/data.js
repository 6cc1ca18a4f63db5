"use strict";
// The data block, its number grids, and what the page shows of it.
{
  PS.grid = (packed) => (packed.ready ??= PS.unpackGrid(packed).then((values) => Object.assign(packed, { values })));
  // a layer's levels (codes) and best servers (sector + 1) on the run's number grid
  PS.numbers = (run, layer) => (layer.ready ??= numbers(run, layer));
  async function numbers(run, layer) {
    if (layer.levels) return { levels: await PS.unpackGrid(layer.levels), servers: await PS.unpackLabels(layer.servers) };
    const parts = await Promise.all(layer.best_of.map((key) => PS.numbers(run, run.layer[key])));
    const ties = await PS.inflate(layer.ties); // which one of several that are the best alike
    const n = run.numbers.rows * run.numbers.cols, levels = new Uint8Array(n), servers = new Uint16Array(n);
    for (let i = 0, tie = 0; i < n; i++) {
      let best = 0, which = -1, alike = false;
      for (let k = 0; k < parts.length; k++) {
        const level = parts[k].levels[i];
        if (level > best) [best, which, alike] = [level, k, false];
        else if (level === best && best > 0) alike = true;
      }
      if (best === 0) continue;
      if (alike) which = ties[tie++];
      levels[i] = best;
      servers[i] = parts[which].servers[i];
    }
    return { levels, servers };
  }

  PS.load = async () => {
    const data = (PS.data = await PS.unpack(PS.$("data").textContent));
    PS.$("data").remove();
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
    await Promise.all(data.runs.map(async (run) => {
      const { rows, rings, frame } = run.gaps, shapes = await PS.unpackRings(rings);
      rows.forEach((gap, index) => { gap.shape = PS.shape(shapes[index], frame); });
      run.gaps = rows;
    }));

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
      // a plan's new stations have marks of their own: their operator's are shown where it has others
      stations: Object.fromEntries(Object.keys(data.style.operators).map((name) => [name, data.mode !== "plan" || data.stations.operator.some((own, site) => own === name && data.runs[0].onAir[site])])),
      planned: false,
      units: "district",
      choropleth: false,
      relief: true,
      roads: true,
      labels: true,
      online: false,
      divider: 0.5,
    };
  };
  PS.set = (changes) => {
    Object.assign(PS.state, changes);
    PS.emit("state", Object.keys(changes));
  };
  PS.run = () => PS.data.runs[PS.state.run];
  PS.layerOf = (run = PS.run()) => run.layer[PS.state.layer] ?? run.layers[0];
  PS.operatorName = (name) => (name === "any" ? PS.t("any") : name);
  PS.layerName = (layer) => `${layer.technology} · ${PS.operatorName(layer.operator)}`;
  PS.quantity = (technology) => (technology === "3G" ? "RSCP" : technology === "5G" ? "SS-RSRP" : "RSRP");
  // a hamlet's service in the layer that is shown: [dBm, row of the levels]
  PS.service = (run, index) => {
    const own = run.hamlets.layers[PS.layerOf(run).key];
    return own ? [own.rsrp[index], own.level[index]] : [run.hamlets.rsrp[index], run.hamlets.level[index]];
  };
  PS.swipe = () => (["compare", "plan"].includes(PS.data.mode) ? PS.data.runs[0] : null);
  PS.phases = () => ({ years: PS.data.runs, plan: PS.data.runs.slice(1) })[PS.data.mode] ?? []; // what the slider runs over
}
