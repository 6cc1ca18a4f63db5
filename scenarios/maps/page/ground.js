"use strict";
// Land, units, water, roads and borders.
PS.feature((map) => {
  const { ground, style, relief } = PS.data;
  const LAND = "#f7f5ee", WATER = "#a9cfe6", WATER_EDGE = "#5f9dc4", BORDER = "#7a1f6b";

  PS.shareColour = (share) => {
    if (share === null || share === undefined) return null;
    let index = 0;
    while (index < style.share_edges.length && share >= style.share_edges[index]) index++;
    return style.share_colours[index];
  };

  const land = new PS.Canvas("land", (context, view) => {
    context.beginPath();
    PS.trace(context, ground.outline, view, true);
    context.save();
    context.shadowColor = "rgba(31,52,64,.35)";
    context.shadowBlur = 14;
    context.shadowOffsetY = 2;
    context.fillStyle = LAND;
    if (!PS.state.online) context.fill("evenodd"); // else what lies under it is to be seen
    context.restore();
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
    const blob = await new Promise((resolve) => canvas.toBlob(resolve));
    return URL.createObjectURL(blob);
  }

  const lines = new PS.Canvas("lines", (context, view) => {
    const near = Math.max(0, view.zoom - 9);
    context.lineJoin = context.lineCap = "round";
    context.save();
    context.beginPath();
    PS.trace(context, ground.outline, view, true);
    context.clip("evenodd");
    context.beginPath();
    for (const item of ground.water) if (PS.inView(item.shape, view)) PS.trace(context, item.shape, view, true);
    context.fillStyle = WATER;
    context.fill("evenodd");
    context.lineWidth = 0.8;
    context.strokeStyle = WATER_EDGE;
    context.stroke();
    context.restore();
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
      stroke(context, view, ofUnits(units === "unit_2025" ? "unit_2025" : "district"), units === "unit_2025" ? 0.9 : 1.3, "rgba(43,56,66,.62)", [5, 3, 1.5, 3]);
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

  for (const [name, z] of [["tiles", 205], ["land", 210], ["signal", 250], ["before", 251], ["relief", 260], ["lines", 300], ["gaps", 350], ["added", 420], ["points", 430], ["labels", 450], ["marks", 460]]) {
    const pane = map.createPane(name);
    pane.style.zIndex = z;
    pane.style.pointerEvents = "none";
  }
  land.addTo(map);
  lines.addTo(map);
  const shade = L.imageOverlay("data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", relief.bounds, { pane: "relief", interactive: false, alt: "" });
  shadow(relief.picture).then((uri) => shade.setUrl(uri));
  // tiles from the network, where the run's scenario offers them and the reader turns them on
  const { tiles } = PS.data;
  const online = tiles && L.tileLayer(tiles.url, { maxZoom: 18, maxNativeZoom: tiles.max_zoom, pane: "tiles", attribution: "" });
  const showTiles = () => online && (PS.state.online ? online.addTo(map) : online.remove());
  const showShade = () => (PS.state.relief ? shade.addTo(map) : shade.remove());
  showShade();
  PS.reliefImage = shade;

  PS.on("state", (keys) => {
    if (keys.some((key) => ["choropleth", "units", "layer", "run", "divider", "online"].includes(key))) land.redraw();
    if (keys.some((key) => ["units", "roads"].includes(key))) lines.redraw();
    if (keys.includes("relief")) showShade();
    if (keys.includes("online")) showTiles();
  });

  // the unit of a level that holds a place
  PS.unitAt = (level, lat, lon) => {
    const [x, y] = PS.world(lat, lon);
    return ground.units[level].find((unit) => PS.contains(unit.shape, x, y)) ?? null;
  };
});
