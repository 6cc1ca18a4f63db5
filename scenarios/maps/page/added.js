"use strict";
// What rooms add through the map's door (door.py): a switch for each vector layer, marks, legend lines, cards.
PS.feature((map) => {
  const { runs } = PS.data;
  const of = (run, key) => run.vectors.find((layer) => layer.key === key);
  const keys = [...new Set(runs.flatMap((run) => run.vectors.map((layer) => layer.key)))];
  PS.state.added = Object.fromEntries(keys.map((key) => [key, runs.some((run) => of(run, key)?.shown)]));
  if (!keys.length) return;

  const load = (layer) => (layer.ready ??= PS.unpackJson(layer.packed).then((found) => {
    const n = found.kind.length;
    layer.rows = { n, ...found, x: new Float64Array(n), y: new Float64Array(n) };
    if (found.at) {
      let lon = 0, lat = 0;
      for (let i = 0; i < n; i++) {
        lon += found.at[2 * i];
        lat += found.at[2 * i + 1];
        [layer.rows.x[i], layer.rows.y[i]] = PS.world(lat / 1e5, lon / 1e5);
      }
    } else {
      layer.rows.shapes = found.rings.map((rings) => PS.shape(rings));
      layer.rows.shapes.forEach(({ rings: [ring] }, i) => {
        const middle = 2 * Math.floor(ring.length / 4);
        [layer.rows.x[i], layer.rows.y[i]] = [ring[middle], ring[middle + 1]];
      });
    }
    canvas.redraw();
  }));
  // a row that belongs to one network is shown with it, and with all operators of its technology together
  const chosen = (run, key) => {
    const layer = PS.layerOf(run), own = run.layer[key];
    return own === layer || (layer.operator === "any" && own?.technology === layer.technology);
  };
  const visible = (run, layer) => {
    const { of: whose, kind } = layer.rows;
    if (!whose) return (i) => layer.marks[kind[i]].from <= map.getZoom();
    const whole = PS.layerOf(run).operator === "any" && whose.includes(PS.layerOf(run).key); // has rows of its own for all
    return (i) => layer.marks[kind[i]].from <= map.getZoom() && (whole ? whose[i] === PS.layerOf(run).key : chosen(run, whose[i]));
  };

  // marks, on the map and in the legend alike
  const LINES = { line: [], dashes: [7, 4] };
  function trace(context, { symbol }, x, y, r, azimuth) {
    context.beginPath();
    if (symbol === "square" || symbol === "box") context.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
    else if (symbol === "diamond" || symbol === "triangle") {
      context.moveTo(x, y - 1.25 * r);
      context.lineTo(x + 1.2 * r, symbol === "diamond" ? y : y + r);
      if (symbol === "diamond") context.lineTo(x, y + 1.25 * r);
      context.lineTo(x - 1.2 * r, symbol === "diamond" ? y : y + r);
      context.closePath();
    } else if (symbol === "wedge") {
      const angle = ((azimuth - 90) * Math.PI) / 180;
      context.moveTo(x, y);
      context.arc(x, y, 2.6 * r, angle - 0.55, angle + 0.55);
      context.closePath();
    } else context.arc(x, y, r, 0, 2 * Math.PI);
  }
  function stamp(context, mark, x, y, r, azimuth = 0) {
    trace(context, mark, x, y, r, azimuth);
    const hollow = mark.symbol === "ring" || mark.symbol === "box";
    context.fillStyle = hollow ? "#ffffff" : mark.colour;
    context.strokeStyle = hollow ? mark.colour : "#ffffff";
    context.lineWidth = hollow ? 1.6 : mark.symbol === "wedge" ? 0.5 : r > 3 ? 1 : 0.6;
    context.fill();
    context.stroke();
  }
  function shapesOf(context, view, layer, number, shown) { // all rows of one mark in one stroke of the pen
    const mark = layer.marks[number], { kind, shapes, n } = layer.rows;
    context.beginPath();
    let drawn = 0;
    const area = mark.symbol === "area" || mark.symbol === "hatch";
    for (let i = 0; i < n; i++) {
      if (kind[i] !== number || !PS.inView(shapes[i], view) || !shown(i)) continue;
      PS.trace(context, shapes[i], view, area);
      drawn++;
    }
    if (!drawn) return 0;
    context.lineJoin = context.lineCap = "round";
    if (area) {
      context.globalAlpha = mark.symbol === "area" ? 0.35 : 1;
      context.fillStyle = mark.symbol === "area" ? mark.colour : PS.hatch(context, mark.colour);
      context.fill("evenodd");
      context.globalAlpha = 1;
    } else {
      context.lineWidth = view.zoom < 11 ? 3 : 5;
      context.strokeStyle = "rgba(255,255,255,.75)";
      context.stroke();
    }
    context.setLineDash(LINES[mark.symbol] ?? []);
    context.lineWidth = area || view.zoom < 11 ? 1.5 : 2.6;
    context.strokeStyle = mark.colour;
    context.stroke();
    context.setLineDash([]);
    return drawn;
  }
  const POINTS = new Set(["dot", "ring", "square", "box", "diamond", "triangle", "wedge"]);
  function paint(context, view, run, layer) {
    const shown = visible(run, layer), { kind, x, y, n, azimuth } = layer.rows;
    const r = view.zoom < 9.5 ? 2 : view.zoom < 11 ? 2.6 : view.zoom < 13 ? 3.8 : 5.2;
    if (layer.rows.shapes) layer.marks.forEach((mark, number) => {
      if (!POINTS.has(mark.symbol)) PS.drawn.added += shapesOf(context, view, layer, number, shown);
    });
    for (let i = n - 1; i >= 0; i--) { // the first row lies on top
      const mark = layer.marks[kind[i]];
      if (!POINTS.has(mark.symbol)) continue;
      const px = x[i] * view.scale - view.ox, py = y[i] * view.scale - view.oy;
      if (px < -20 || py < -20 || px > view.width + 20 || py > view.height + 20 || !shown(i)) continue;
      PS.drawn.added++;
      stamp(context, mark, px, py, r * (mark.size ?? 1), azimuth?.[i]);
    }
  }
  const on = (run) => run.vectors.filter((layer) => PS.state.added[layer.key]);
  const canvas = PS.drawing(map, "added", (context, view) => {
    PS.drawn.added = 0;
    PS.perRun(context, view, (run) => {
      for (const layer of on(run)) {
        if (layer.rows) paint(context, view, run, layer);
        else load(layer);
      }
    });
  });

  // the row under the pointer, points before lines before areas
  PS.addedAt = (latlng, reach) => {
    const scale = 256 * 2 ** map.getZoom(), run = PS.run(), [wx, wy] = PS.world(latlng.lat, latlng.lng);
    let best = null, least = reach;
    for (const layer of on(run)) {
      if (!layer.rows) continue;
      const { n, x, y, kind, shapes } = layer.rows, shown = visible(run, layer);
      for (let i = 0; i < n; i++) {
        const { symbol } = layer.marks[kind[i]];
        let d = Infinity;
        if (POINTS.has(symbol)) d = Math.hypot((x[i] - wx) * scale, (y[i] - wy) * scale);
        else if (symbol === "line" || symbol === "dashes") d = 1 + PS.toLine(shapes[i], wx, wy, least / scale) * scale;
        else if (PS.contains(shapes[i], wx, wy)) d = reach - 1e-6;
        if (d < least && shown(i)) {
          least = d;
          best = { kind: "added", layer, index: i, away: d, at: !POINTS.has(symbol) ? [latlng.lat, latlng.lng] : PS.degrees(x[i], y[i]) };
        }
      }
    }
    return best;
  };
  PS.addedName = ({ layer, index }) => layer.rows.name?.[index] || PS.words(layer.title);
  PS.addedCard = ({ layer, index }) => {
    const mark = layer.marks[layer.rows.kind[index]];
    const values = layer.facts.map((fact, k) => {
      const value = layer.rows.facts[k][index];
      if (value === null || value === "") return null;
      const text = fact.digits === null ? PS.words(fact.words[value] ?? { vi: value, en: value }) : PS.number(value, fact.digits) + (fact.unit && `\u202f${fact.unit}`);
      return [PS.words(fact.label), text];
    });
    return { title: PS.addedName({ layer, index }), kind: PS.words(layer.title), mark: PS.words(mark.label), values: values.filter(Boolean) };
  };

  // the panel's switches, group by group, and the legend's lines
  const sample = (mark) => PS.sample((context) => {
    if (POINTS.has(mark.symbol)) stamp(context, mark, 9, mark.symbol === "wedge" ? 13 : 9, 4.2);
    else {
      context.fillStyle = mark.symbol === "hatch" ? PS.hatch(context, mark.colour) : mark.colour;
      context.globalAlpha = mark.symbol === "area" ? 0.45 : 1;
      if (mark.symbol === "area" || mark.symbol === "hatch") context.fillRect(1, 4, 16, 10);
      else {
        context.setLineDash(LINES[mark.symbol]);
        context.lineWidth = 3;
        context.strokeStyle = mark.colour;
        context.beginPath();
        context.moveTo(1, 9);
        context.lineTo(17, 9);
        context.stroke();
      }
    }
  });
  PS.addedLegend = () => on(PS.run()).flatMap((layer) => [
    PS.h("h3", {}, PS.words(layer.title)),
    PS.h("ul", {}, layer.marks.map((mark) => PS.h("li", {}, sample(mark), PS.h("span", {}, PS.words(mark.label)))))]);
  const render = () => {
    for (const old of document.querySelectorAll("fieldset.added")) old.remove();
    const groups = {};
    for (const layer of PS.run().vectors) (groups[PS.words(layer.group)] ??= []).push(layer);
    const before = PS.$("group-units");
    for (const [title, layers] of Object.entries(groups)) {
      before.before(PS.h("fieldset.added", {}, PS.h("legend", {}, title), layers.map((layer) => [
        PS.h("label.check", {}, PS.h("input", { type: "checkbox", id: "show-" + layer.key, checked: PS.state.added[layer.key], onchange: (event) => PS.set({ added: { ...PS.state.added, [layer.key]: event.target.checked } }) }), PS.h("span", {}, PS.words(layer.title))),
        layer.notes.map((note) => PS.h("p.note", {}, PS.words(note))),
        PS.state.added[layer.key] ? PS.h("ul.marks", {}, layer.marks.map((mark) => PS.h("li", {}, sample(mark), PS.words(mark.label)))) : null])));
    }
  };
  render();
  PS.on("lang", render);
  PS.on("state", (keys) => {
    const focus = document.activeElement?.id;
    if (keys.some((key) => ["run", "added"].includes(key))) {
      render();
      if (focus?.startsWith("show-")) PS.$(focus)?.focus();
    }
    if (keys.some((key) => ["run", "layer", "added", "divider"].includes(key))) canvas.redraw();
  });
});
