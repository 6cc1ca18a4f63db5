"use strict";
// Land, units, water, roads and borders.
PS.feature((map) => {
  const { ground, style, relief } = PS.data;
  const LAND = "#f7f5ee", WATER = "#a9cfe6", WATER_EDGE = "#5f9dc4", BORDER = "#7a1f6b";

  for (const [name, z] of [["tiles", 205], ["land", 210], ["signal", 250], ["before", 251], ["over", 300], ["marks", 460]]) {
    const pane = map.createPane(name);
    pane.style.zIndex = z;
    pane.style.pointerEvents = "none";
  }
  PS.shareColour = (share) => {
    if (share === null || share === undefined) return null;
    let index = 0;
    while (index < style.share_edges.length && share >= style.share_edges[index]) index++;
    return style.share_colours[index];
  };

  const land = PS.drawing(map, "land", (context, view) => {
    context.beginPath();
    PS.trace(context, ground.outline, view, true);
    if (!PS.state.online) { // else what lies under it is to be seen
      context.lineJoin = "round";
      context.strokeStyle = "rgba(31,52,64,.07)";
      for (const width of [18, 12, 6]) { // a shadow; the canvas's own takes ten times as long
        context.lineWidth = width;
        context.stroke();
      }
      context.fillStyle = LAND;
      context.fill("evenodd");
    }
    if (ground.park.rings.length && !PS.state.online) {
      context.beginPath();
      PS.trace(context, ground.park, view, true);
      context.fillStyle = "#dfe9d2";
      context.fill("evenodd");
    }
    if (PS.state.choropleth) PS.perRun(context, view, (run) => choropleth(context, view, run));
  });

  function choropleth(context, view, run) {
    const level = PS.state.units === "none" ? "commune" : PS.state.units;
    const shares = run.units[level]?.[PS.layerOf(run).key] ?? {};
    for (const unit of ground.units[level]) {
      const colour = PS.shareColour(shares[unit.code]?.[1]);
      if (!colour || !PS.inView(unit.shape, view)) continue;
      context.beginPath();
      PS.trace(context, unit.shape, view, true);
      context.fillStyle = colour;
      context.fill("evenodd");
    }
  }

  const stroke = (context, view, shapes, width, colour, dash = []) => {
    context.beginPath();
    for (const shape of shapes) if (PS.inView(shape, view)) PS.trace(context, shape, view, false);
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  };
  const ofUnits = (level) => ground.units[level].map((unit) => unit.shape);
  const roads = (kind) => ground.roads.filter((road) => road.kind === kind).map((road) => road.shape);
  const national = roads("national"), provincial = roads("provincial");

  // a grey picture (128 is level ground) as shadow and light to lie over any colour
  async function shadow(part) {
    const picture = await PS.image(part, "image/webp");
    const canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    const pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0);
    const image = pen.getImageData(0, 0, canvas.width, canvas.height), p = image.data;
    for (let i = 0; i < p.length; i += 4) {
      const change = p[i] - 128, tone = change < 0 ? 0 : 255;
      p[i + 3] = Math.abs(change) < 3 ? 0 : change < 0 ? -change * 1.25 : change * 1.1;
      p[i] = p[i + 1] = p[i + 2] = tone;
    }
    pen.putImageData(image, 0, 0);
    return canvas;
  }
  let shade = null;
  const hills = PS.drawing(map, "relief", (context, { scale, ox, oy }) => {
    PS.drawn.relief = Boolean(PS.state.relief && shade);
    if (!PS.drawn.relief) return;
    const [[south, west], [north, east]] = relief.bounds, [x0, y0] = PS.world(north, west), [x1, y1] = PS.world(south, east);
    context.imageSmoothingEnabled = true;
    context.drawImage(shade, x0 * scale - ox, y0 * scale - oy, (x1 - x0) * scale, (y1 - y0) * scale);
  });
  shadow(relief.picture).then((made) => {
    shade = made;
    hills.redraw();
  });

  const lines = PS.drawing(map, "lines", (context, view) => {
    const near = Math.max(0, view.zoom - 9);
    context.lineJoin = context.lineCap = "round";
    context.beginPath();
    for (const item of ground.water) if (PS.inView(item.shape, view)) PS.trace(context, item.shape, view, true);
    context.fillStyle = WATER;
    context.fill("evenodd");
    context.lineWidth = 0.8;
    context.strokeStyle = WATER_EDGE;
    context.stroke();
    if (view.zoom >= 10.5) {
      context.beginPath();
      for (const zone of ground.zones) if (PS.inView(zone.shape, view)) PS.trace(context, zone.shape, view, true);
      context.fillStyle = "rgba(94,84,142,.14)";
      context.fill("evenodd");
      context.lineWidth = 1;
      context.strokeStyle = "rgba(94,84,142,.8)";
      context.setLineDash([3, 2]);
      context.stroke();
      context.setLineDash([]);
    }
    const { units } = PS.state;
    if (units !== "none") {
      if (units !== "district") stroke(context, view, ofUnits(units), 0.7 + 0.15 * near, "rgba(52,66,76,.5)");
      stroke(context, view, ofUnits(units === "unit_2025" ? "unit_2025" : "district"), units === "unit_2025" ? 0.9 : 1.4, "rgba(43,56,66,.62)");
    }
    if (PS.state.roads) {
      if (view.zoom >= 9.5) {
        stroke(context, view, provincial, 1.6 + 0.35 * near, "rgba(120,100,70,.65)");
        stroke(context, view, provincial, 0.8 + 0.3 * near, "#fff8e6");
      }
      stroke(context, view, [ground.patrol], 1, "rgba(122,31,107,.75)", [2, 3]);
      stroke(context, view, national, 3 + 0.55 * near, "rgba(122,74,18,.85)");
      stroke(context, view, national, 1.7 + 0.45 * near, "#ffd27a");
    }
    stroke(context, view, [ground.outline], 1.5, "#33444f");
    stroke(context, view, [ground.border], 7, "rgba(122,31,107,.2)");
    stroke(context, view, [ground.border], 2.2, BORDER, [10, 4, 2, 4]);
  });

  // tiles from the network, where the run's scenario offers them and the reader turns them on
  const { tiles } = PS.data;
  const online = tiles && L.tileLayer(tiles.url, { maxZoom: 18, maxNativeZoom: tiles.max_zoom, pane: "tiles", attribution: "" });
  const showTiles = () => online && (PS.state.online ? online.addTo(map) : online.remove());

  PS.on("state", (keys) => {
    if (keys.some((key) => ["choropleth", "units", "layer", "run", "divider", "online"].includes(key))) land.redraw();
    if (keys.some((key) => ["units", "roads"].includes(key))) lines.redraw();
    if (keys.includes("relief")) hills.redraw();
    if (keys.includes("online")) showTiles();
  });

  // the unit of a level that holds a place
  PS.unitAt = (level, lat, lon) => {
    const [x, y] = PS.world(lat, lon);
    return ground.units[level].find((unit) => PS.contains(unit.shape, x, y)) ?? null;
  };
});
