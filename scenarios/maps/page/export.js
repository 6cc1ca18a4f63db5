"use strict";
// Saving: the view as a picture, the tables as CSV, the places as GeoJSON.
PS.feature((map) => {
  const { data } = PS;
  const { hamlets, style } = data;

  const download = (content, type, name) => {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    const link = PS.h("a", { href: url, download: `${PS.run().name}-${name}` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 5000);
  };

  // a spreadsheet must not take a name for a formula; where people write 1,5 it splits at semicolons
  const field = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return PS.lang === "vi" ? String(value).replace(".", ",") : String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? "'" + value : value;
    return /[",;\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const csv = (kind, name) => {
    const { columns, rows } = PS.tableRows(kind);
    const value = (cell, [, type]) => (type === "level" ? style.level_keys[cell] : cell);
    const lines = [columns.map(([key]) => PS.t(key)), ...rows.map((row) => row.cells.map((cell, i) => value(cell, columns[i])))];
    download("\ufeff" + lines.map((line) => line.map(field).join(PS.lang === "vi" ? ";" : ",")).join("\r\n") + "\r\n", "text/csv;charset=utf-8", name);
  };

  const degrees = (shape) => shape.rings.map((p) => {
    const ring = [];
    for (let i = 0; i < p.length; i += 2) ring.push([+(p[i] * 360 - 180).toFixed(5), +((Math.atan(Math.sinh(Math.PI * (1 - 2 * p[i + 1]))) * 180) / Math.PI).toFixed(5)]);
    return ring;
  });
  // rings are stored flat; GeoJSON wants each hole with the ring that holds it
  const polygons = (shape) => {
    const area = (ring) => ring.reduce((sum, [x, y], i) => sum + x * ring[(i + 1) % ring.length][1] - ring[(i + 1) % ring.length][0] * y, 0);
    const rings = degrees(shape), list = [];
    const outer = rings.length ? Math.sign(area(rings[0])) : 1;
    for (const ring of rings) (Math.sign(area(ring)) === outer || !list.length ? list.push([ring]) : list.at(-1).push(ring));
    return list;
  };
  const geojson = (features, name) =>
    download(JSON.stringify({ type: "FeatureCollection", synthetic_inputs: data.synthetic.map((item) => item[PS.lang]), features }), "application/geo+json", name);

  const savers = {
    save_hamlets: () => csv("hamlets", "hamlets.csv"),
    save_gaps: () => csv("gaps", "gaps.csv"),
    save_units: () => csv("units", "units.csv"),
    save_stations: () => csv("stations", "stations.csv"),
    save_hamlets_geojson: () => {
      const run = PS.run();
      geojson(Array.from({ length: hamlets.n }, (_, i) => {
        const [rsrp_dbm, level] = PS.service(run, i);
        return { type: "Feature", geometry: { type: "Point", coordinates: [hamlets.lon[i], hamlets.lat[i]] }, properties: { hamlet_id: hamlets.id[i], name: hamlets.name[i], commune: hamlets.commune[i], district: hamlets.district[i], population: hamlets.people[i], rsrp_dbm, service_level: style.level_keys[level], layer: PS.layerOf(run).key, synthetic_position: hamlets.synthetic[i] } };
      }), "hamlets.geojson");
    },
    save_gaps_geojson: () =>
      geojson(PS.gapsOf(PS.run()).map((gap) => ({ type: "Feature", geometry: { type: "MultiPolygon", coordinates: polygons(gap.shape) }, properties: { gap_id: gap.id, layer: gap.layer, people: gap.people, area_km2: gap.km2, worst_dbm: gap.worst, hamlets: gap.hamlets.join(", "), communes: gap.communes.join(", "), cause: gap.cause, mend: gap.mend, severity: gap.severity, nearest_operator: gap.operator } })), "gaps.geojson"),
    save_png: async () => download(await picture(), "image/png", "map.png"),
    print: () => window.print(),
  };
  PS.save = (key) => savers[key]();

  // everything that the map shows, drawn once more on one canvas
  function paintMap(pen, size) {
    const zoom = map.getZoom(), scale = 256 * 2 ** zoom;
    const corner = map.project(map.containerPointToLatLng([0, 0]), zoom);
    const view = { scale, ox: corner.x, oy: corner.y, width: size.x, height: size.y, zoom, divider: PS.swipe() ? PS.state.divider * size.x : null };
    const image = (overlay, opacity) => {
      const bounds = overlay.getBounds(), a = map.project(bounds.getNorthWest(), zoom), b = map.project(bounds.getSouthEast(), zoom);
      pen.globalAlpha = opacity;
      pen.imageSmoothingEnabled = false;
      pen.drawImage(overlay.getElement(), a.x - corner.x, a.y - corner.y, b.x - a.x, b.y - a.y);
      pen.globalAlpha = 1;
    };
    const paint = (drawing) => {
      pen.save();
      drawing.draw(pen, view);
      pen.restore();
    };
    const [land, ...over] = PS.drawings;
    paint(land);
    for (const { pane, image: overlay } of PS.signalImages()) {
      pen.save();
      if (view.divider !== null) {
        pen.beginPath();
        pen.rect(pane === "before" ? 0 : view.divider, 0, pane === "before" ? view.divider : size.x - view.divider, size.y);
        pen.clip();
      }
      image(overlay, PS.state.opacity);
      pen.restore();
    }
    over.forEach(paint);
  }
  // the view drawn again, twice as fine, with title, legend, scale and notice
  async function picture() {
    const size = map.getSize(), ratio = 2, foot = 30, head = 46;
    const canvas = document.createElement("canvas");
    canvas.width = size.x * ratio;
    canvas.height = (size.y + head + foot) * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    pen.fillStyle = "#e4eaed";
    pen.fillRect(0, 0, size.x, size.y + head + foot);
    pen.save();
    pen.translate(0, head);
    pen.beginPath();
    pen.rect(0, 0, size.x, size.y);
    pen.clip();
    paintMap(pen, size);
    pen.restore();
    frame(pen, size, head, foot);
    PS.drawings.forEach((item) => item.redraw());
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }
  function frame(pen, size, head, foot) {
    const STACK = "'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif";
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, size.x, head);
    pen.fillRect(0, head + size.y, size.x, foot);
    pen.fillStyle = "#14232e";
    pen.textBaseline = "middle";
    pen.font = `700 16px ${STACK}`;
    pen.fillText(PS.$("title").textContent, 14, head / 2 - 8);
    pen.font = `12px ${STACK}`;
    pen.fillStyle = "#47596a";
    pen.fillText(PS.$("subtitle").textContent, 14, head / 2 + 12);
    const low = head + size.y + foot / 2;
    if (data.synthetic.length) pen.fillText(PS.$("notice-text").textContent, 14, low, size.x - 28);
    const ink = (text, x, y) => {
      pen.fillStyle = "#14232e";
      pen.fillText(text, x, y);
      return pen.measureText(text).width;
    };
    pen.textAlign = "right";
    let x = size.x - 14;
    const legend = PS.legendOf();
    if (legend) {
      for (const [colour, text] of [...legend.rows].reverse()) {
        x -= ink(text, x, head / 2) + 22;
        pen.fillStyle = colour;
        pen.fillRect(x, head / 2 - 7, 16, 14);
        x -= 12;
      }
      ink(legend.unit, x, head / 2);
    }
    if (size.x < 900) return; // no room for more beside the notice
    x = size.x - 14; // below: the scale, and what the symbols stand for
    const bar = PS.$("scale").offsetWidth;
    pen.strokeStyle = "#14232e";
    pen.lineWidth = 2;
    pen.strokeRect(x - bar, low + 4, bar, 0);
    x -= ink(PS.$("scale").textContent, x - bar - 8, low) + bar + 30;
    if (PS.state.hamlets) style.level_keys.forEach((key, level) => {
      x -= ink(PS.t("level_" + key), x, low) + 10;
      PS.symbol.hamlet(pen, x, low, level, 1);
      x -= 20;
    });
    if (PS.state.gaps) {
      x -= ink(PS.t("legend_gap"), x, low) + 22;
      pen.fillStyle = PS.far(map.getZoom()) ? "rgba(177,16,26,.62)" : PS.hatch(pen, "#b1101a");
      pen.fillRect(x, low - 6, 16, 12);
    }
  }
});
