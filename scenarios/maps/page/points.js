"use strict";
// Hamlets and stations on one canvas, and finding the one under the pointer.
PS.feature((map) => {
  const { hamlets, stations, style } = PS.data;
  const RADIUS = [6, 4.6, 3.6, 3]; // by service level: the worse, the larger
  const MANY = 5000;
  const EDGE = ["#ffffff", "#ffffff", "#1d4f66", "#1f3540"];
  PS.symbol = {
    hamlet(context, x, y, level, size = 1) {
      const r = RADIUS[level] * size;
      context.beginPath();
      if (level === 0) { // a diamond for what is missing
        context.moveTo(x, y - r * 1.2);
        context.lineTo(x + r * 1.2, y);
        context.lineTo(x, y + r * 1.2);
        context.lineTo(x - r * 1.2, y);
        context.closePath();
      } else if (level === 1) {
        context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
      } else context.arc(x, y, r, 0, 2 * Math.PI);
      context.fillStyle = style.levels[level];
      context.fill();
      context.lineWidth = level < 2 ? 1.3 : 1.1;
      context.strokeStyle = EDGE[level];
      context.stroke();
    },
    station(context, x, y, colour, onAir, size) {
      context.beginPath();
      context.moveTo(x, y - 5.2 * size);
      context.lineTo(x + 4.2 * size, y + 4 * size);
      context.lineTo(x - 4.2 * size, y + 4 * size);
      context.closePath();
      context.fillStyle = onAir ? colour : "#ffffff";
      context.fill();
      context.lineWidth = onAir ? 1 : 1.4;
      context.strokeStyle = onAir ? "#ffffff" : colour;
      context.stroke();
    },
  };

  const visibleStation = (run, i) => PS.state.stations[stations.operator[i]] && (run.onAir[i] || PS.state.planned);
  // the worst last, on top; sorted once for each layer of a run
  const orders = new Map();
  const orderOf = (levels) => {
    if (!orders.has(levels)) orders.set(levels, Array.from({ length: hamlets.n }, (_, i) => i).sort((a, b) => levels[b] - levels[a] || a - b));
    return orders.get(levels);
  };

  function drawStations(context, view, run) {
    const small = view.zoom < 10.5;
    const size = view.zoom < 12 ? 0.8 : view.zoom < 13.5 ? 1.05 : 1.35;
    for (let i = 0; i < stations.n; i++) {
      if (!visibleStation(run, i)) continue;
      const x = stations.x[i] * view.scale - view.ox, y = stations.y[i] * view.scale - view.oy;
      if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
      PS.drawn.stations++;
      const colour = style.operators[stations.operator[i]];
      if (small) {
        context.fillStyle = colour;
        context.globalAlpha = run.onAir[i] ? 0.75 : 0.4;
        context.fillRect(x - 1.1, y - 1.1, 2.2, 2.2);
        context.globalAlpha = 1;
      } else PS.symbol.station(context, x, y, colour, run.onAir[i], size);
    }
    if (view.zoom >= 13) wedges(context, view, run);
  }

  function wedges(context, view, run) { // where each sector looks
    context.globalAlpha = 0.5;
    context.lineWidth = 1.5;
    run.sectors.site.forEach((site, k) => {
      if (!visibleStation(run, site)) return;
      const x = stations.x[site] * view.scale - view.ox, y = stations.y[site] * view.scale - view.oy;
      if (x < -40 || y < -40 || x > view.width + 40 || y > view.height + 40) return;
      const angle = ((run.sectors.azimuth[k] - 90) * Math.PI) / 180;
      context.strokeStyle = style.operators[stations.operator[site]];
      context.beginPath();
      context.arc(x, y, 15, angle - 0.5, angle + 0.5);
      context.stroke();
    });
    context.globalAlpha = 1;
  }

  // a hamlet's symbol drawn once for each level, size and screen: stamping it is much quicker than drawing it again
  const STAMP = 24, stamped = new Map();
  const stampsOf = (size, far, ratio) => { // from afar the many that are well served step back
    const key = `${size} ${far} ${ratio}`;
    if (!stamped.has(key)) stamped.set(key, RADIUS.map((_, level) => {
      const stamp = document.createElement("canvas");
      stamp.width = stamp.height = STAMP * ratio;
      const pen = stamp.getContext("2d");
      pen.scale(ratio, ratio);
      PS.symbol.hamlet(pen, STAMP / 2, STAMP / 2, level, size * (far && level > 1 ? 0.7 : 1));
      return stamp;
    }));
    return stamped.get(key);
  };
  function drawHamlets(context, view, run) {
    const size = view.zoom < 9.1 ? 0.48 : view.zoom < 9.75 ? 0.62 : view.zoom < 11 ? 0.8 : view.zoom < 13 ? 1 : 1.35;
    const levels = run.hamlets.layers[PS.layerOf(run).key]?.level ?? run.hamlets.level;
    const seen = [];
    for (const i of orderOf(levels)) {
      const x = hamlets.x[i] * view.scale - view.ox, y = hamlets.y[i] * view.scale - view.oy;
      if (x > -9 && y > -9 && x < view.width + 9 && y < view.height + 9) seen.push([x, y, levels[i]]);
    }
    PS.drawn.hamlets = seen.length;
    if (seen.length > MANY) return drawMany(context, seen, size);
    const stamps = stampsOf(size, PS.far(view.zoom), context.getTransform().a), half = STAMP / 2;
    for (const [x, y, level] of seen) context.drawImage(stamps[level], x - half, y - half, STAMP, STAMP);
    return undefined;
  }

  // so many that symbols would hide one another: squares, all of a level in one stroke of the pen
  function drawMany(context, seen, size) {
    for (let level = style.levels.length - 1; level >= 0; level--) {
      const side = RADIUS[level] * size;
      context.beginPath();
      for (const [x, y, own] of seen) if (own === level) context.rect(x - side / 2, y - side / 2, side, side);
      context.fillStyle = level === style.levels.length - 1 ? EDGE[level] : style.levels[level];
      context.fill();
    }
  }

  const canvas = PS.drawing(map, "points", (context, view) => {
    PS.drawn.hamlets = PS.drawn.stations = 0;
    PS.perRun(context, view, (run) => drawStations(context, view, run));
    if (!PS.state.hamlets) return;
    let counted = 0;
    PS.perRun(context, view, (run) => {
      PS.drawn.hamlets = 0;
      drawHamlets(context, view, run);
      counted = PS.drawn.hamlets;
    });
    PS.drawn.hamlets = counted;
  });
  PS.on("state", (keys) => keys.some((key) => ["run", "layer", "hamlets", "stations", "planned", "divider"].includes(key)) && canvas.redraw());

  // the nearest shown point within reach of a place on the screen
  PS.pointAt = (latlng, reach) => {
    const scale = 256 * 2 ** map.getZoom();
    const [x, y] = PS.world(latlng.lat, latlng.lng);
    let best = null, least = reach * reach;
    const added = PS.addedAt?.(latlng, reach);
    const look = (table, kind, shown) => {
      for (let i = 0; i < table.n; i++) {
        const d = ((table.x[i] - x) * scale) ** 2 + ((table.y[i] - y) * scale) ** 2;
        if (d < least && shown(i)) {
          least = d;
          best = { kind, index: i, at: [table.lat[i], table.lon[i]] };
        }
      }
    };
    if (PS.state.hamlets) look(hamlets, "hamlet", () => true);
    if (map.getZoom() >= 10.5 && !best) look(stations, "station", (i) => visibleStation(PS.run(), i));
    return added && added.away ** 2 < least ? added : best;
  };

  const tip = PS.$("tip");
  map.on("mousemove", (event) => {
    const found = PS.measuring ? null : PS.pointAt(event.latlng, 9);
    tip.hidden = !found;
    map.getContainer().classList.toggle("pointing", Boolean(found));
    if (!found) return;
    tip.textContent = found.kind === "added" ? PS.addedName(found) : found.kind === "hamlet" ? `${hamlets.name[found.index]} · ${hamlets.commune[found.index]}` : stations.name[found.index];
    tip.style.transform = `translate(${event.containerPoint.x + 14}px,${event.containerPoint.y + 14}px)`;
  });
  map.on("mouseout movestart", () => { tip.hidden = true; });
});
