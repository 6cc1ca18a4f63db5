"use strict";
// Names of places: the important first, none over another.
PS.feature((map) => {
  const { ground, hamlets } = PS.data;
  const STACK = "'Segoe UI',Roboto,'Noto Sans','Helvetica Neue','DejaVu Sans',sans-serif";
  const short = (name) => name.replace(/^(Thành phố|Thị xã|Huyện|Xã|Phường|Thị trấn)\s+/u, "");
  const STYLE = {
    district: { font: `700 14px ${STACK}`, ink: "#1d2b34", spaced: true },
    unit: { font: `600 11.5px ${STACK}`, ink: "#33444f" },
    water: { font: `italic 600 11.5px ${STACK}`, ink: "#1f5f8b" },
    peak: { font: `600 11px ${STACK}`, ink: "#5b3a1a", mark: "\u25b2" },
    gate: { font: `600 11px ${STACK}`, ink: "#7a1f6b", mark: "\u25c6" },
    zone: { font: `500 11px ${STACK}`, ink: "#4b4379" },
    post: { font: `500 10.5px ${STACK}`, ink: "#7a1f6b", mark: "\u2691" },
    hamlet: { font: `500 11px ${STACK}`, ink: "#22313b" },
  };

  function wanted(zoom) { // [style, name, x, y, shift down in pixels]
    const list = [];
    const units = PS.state.units;
    const add = (style, name, xy, shift = 0) => list.push([style, name, xy[0], xy[1], shift]);
    if (units === "unit_2025") {
      for (const unit of ground.units.unit_2025) add("unit", short(unit.name), PS.world(...unit.at));
    } else {
      if (zoom < 11.5) for (const unit of ground.units.district) add("district", short(unit.name), PS.world(...unit.at));
      if (zoom >= 10.75 && units !== "none") for (const unit of ground.units.commune) add("unit", short(unit.name), PS.world(...unit.at));
    }
    for (const item of ground.water) if (item.name && zoom >= (item.kind === "reservoir" ? 9 : 11)) add("water", item.name, PS.world(...item.at));
    for (const place of ground.places) {
      if (place.kind === "peak" && zoom >= 9.5) add("peak", place.name, place.xy, -10);
      if (place.kind === "gate" && zoom >= 10.5) add("gate", place.name, place.xy, -10);
      if (place.kind === "post" && zoom >= 12) add("post", place.name, place.xy, -10);
    }
    if (zoom >= 12) for (const zone of ground.zones) add("zone", zone.name, PS.world(...zone.at));
    if (zoom >= 12.5 && PS.state.hamlets) for (let i = 0; i < hamlets.n; i++) add("hamlet", hamlets.name[i], [hamlets.x[i], hamlets.y[i]], 15);
    return list;
  }

  const canvas = PS.drawing(map, "labels", (context, view) => {
    PS.drawn.labels = 0;
    if (!PS.state.labels) return;
    const taken = [];
    const small = view.zoom < 9.1; // a phone shows the whole province at this zoom
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const [kind, name, wx, wy, shift] of wanted(view.zoom)) {
      const x = Math.round(wx * view.scale - view.ox), y = Math.round(wy * view.scale - view.oy) + shift;
      if (x < 0 || y < 0 || x > view.width || y > view.height) continue;
      const look = STYLE[kind];
      context.font = small ? look.font.replace("14px", "11.5px") : look.font;
      if ("letterSpacing" in context) context.letterSpacing = look.spaced ? "0.6px" : "0px";
      const text = look.mark ? `${look.mark} ${name}` : name;
      const half = context.measureText(text).width / 2 + 3;
      const box = [x - half, y - 9, x + half, y + 9];
      if (taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) continue;
      taken.push(box);
      context.lineWidth = small ? 3 : 3.6;
      context.strokeStyle = "rgba(255,255,255,.92)";
      context.strokeText(text, x, y);
      context.fillStyle = look.ink;
      context.fillText(text, x, y);
      PS.drawn.labels++;
    }
  });
  PS.on("state", (keys) => keys.some((key) => ["units", "labels", "hamlets"].includes(key)) && canvas.redraw());
});
