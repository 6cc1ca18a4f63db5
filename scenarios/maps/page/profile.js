"use strict";
// The ground between a station and a point, the ray and the first Fresnel zone.
PS.feature((map) => {
  const { stations, relief } = PS.data;
  const box = PS.$("profile");
  const EARTH_KM = 6371 * (4 / 3); // effective radius, ITU-R P.452: median refraction
  const RECEIVER_M = 1.5, STEPS = 240;
  let line = null, args = null;

  PS.showProfile = async (sector, at, name) => {
    args = [sector, at, name];
    const run = PS.run(), s = run.sectors, site = s.site[sector];
    const from = L.latLng(stations.lat[site], stations.lon[site]), to = L.latLng(at);
    const km = Math.max(from.distanceTo(to) / 1000, 0.05);
    await PS.grid(relief.heights);
    const points = [];
    for (let i = 0; i <= STEPS; i++) {
      const f = i / STEPS, d = f * km;
      const height = await PS.heightAt(from.lat + (to.lat - from.lat) * f, from.lng + (to.lng - from.lng) * f);
      const bulge = (d * (km - d) * 1000) / (2 * EARTH_KM); // the Earth's curve under the chord, m
      // first Fresnel radius in metres, d in km and f in GHz: 17.3 sqrt(d1 d2 / (f d)), ITU-R P.530
      const fresnel = 17.32 * Math.sqrt((d * (km - d)) / ((s.mhz[sector] / 1000) * km));
      points.push({ d, ground: (height ?? 0) + bulge, fresnel });
    }
    const start = points[0].ground + s.height[sector], end = points[STEPS].ground + RECEIVER_M;
    let worst = null;
    for (const point of points) {
      point.ray = start + ((end - start) * point.d) / km;
      const clear = point.ray - point.ground;
      if (point.d > 0.03 * km && point.d < 0.97 * km && (!worst || clear < worst.clear)) worst = { clear, d: point.d, ratio: clear / point.fresnel };
    }
    draw(points, worst, km, PS.t("profile_title", { from: stations.name[site], to: name }), s.mhz[sector]);
    line?.remove();
    const ends = [from, to].map((end) => map.latLngToContainerPoint(end));
    if (!map.getBounds().contains(from) || !map.getBounds().contains(to) || ends[0].distanceTo(ends[1]) < 60) PS.flyTo(L.latLngBounds(from, to), 15); // a link too small to be seen
    line = L.polyline([from, to], { color: "#14232e", weight: 2, dashArray: "6 5", interactive: false, pane: "marks" }).addTo(map);
  };

  function draw(points, worst, km, title, mhz) {
    const W = 720, H = 210, left = 46, right = 12, top = 12, bottom = 30;
    const heights = points.flatMap((p) => [p.ground, p.ray + p.fresnel]);
    const low = Math.min(...points.map((p) => p.ground)) - 5, high = Math.max(...heights) + 8;
    const X = (d) => left + (d / km) * (W - left - right), Y = (h) => top + ((high - h) / (high - low)) * (H - top - bottom);
    const path = (list) => list.map(([d, h], i) => `${i ? "L" : "M"}${X(d).toFixed(1)} ${Y(h).toFixed(1)}`).join("");
    const svg = (tag, attributes, ...children) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.append(...children);
      return element;
    };
    const ticks = (lo, hi, most) => {
      const raw = (hi - lo) / most, power = 10 ** Math.floor(Math.log10(raw));
      const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw);
      const list = [];
      for (let v = Math.ceil(lo / step) * step; v <= hi; v += step) list.push(v);
      return [list, step];
    };
    const [hTicks] = ticks(low, high, 5), [dTicks, dStep] = ticks(0, km, 8);
    const ground = points.map((p) => [p.d, p.ground]);
    const summary = worst.clear >= 0
      ? PS.t("profile_clear", { m: PS.number(worst.clear, 1), r: PS.number(worst.ratio, 1) })
      : PS.t("profile_blocked", { m: PS.number(-worst.clear, 1), km: PS.number(worst.d, 1) });
    const chart = svg("svg", { viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": `${title}. ${summary}` },
      ...hTicks.flatMap((h) => [svg("line", { x1: left, x2: W - right, y1: Y(h), y2: Y(h), class: "rule" }), svg("text", { x: left - 6, y: Y(h) + 4, "text-anchor": "end" }, PS.number(h))]),
      ...dTicks.filter((d) => X(d) < W - right - 24).map((d) => svg("text", { x: X(d), y: H - 10, "text-anchor": "middle" }, PS.number(d, dStep < 0.1 ? 2 : dStep < 1 ? 1 : 0))),
      svg("path", { d: path([...points.map((p) => [p.d, p.ray + p.fresnel]), ...points.map((p) => [p.d, p.ray - p.fresnel]).reverse()]) + "Z", class: "zone" }),
      svg("path", { d: path([[0, low], ...ground, [km, low]]) + "Z", class: "earth" }),
      svg("path", { d: path(points.map((p) => [p.d, p.ray])), class: "ray" }),
      svg("text", { x: 6, y: 12 }, "m"), svg("text", { x: W - right, y: H - 10, "text-anchor": "end", class: "unit" }, "km"));
    box.replaceChildren(
      PS.h("button.close", { type: "button", "aria-label": PS.t("close"), onclick: hide }, "\u00d7"),
      PS.h("h2", {}, title), PS.h("p" + (worst.clear < 0 ? ".blocked" : ".clear"), {}, summary), chart,
      PS.h("p.note", {}, PS.t("profile_note", { cell: PS.number(relief.heights.cell_m), mhz: PS.number(mhz) })));
    box.hidden = false;
  }
  function hide() {
    box.hidden = true;
    line?.remove();
    line = args = null;
  }
  PS.on("lang", () => args && PS.showProfile(...args));
  PS.on("pick", hide);
  PS.on("state", (keys) => keys.some((key) => ["run", "layer"].includes(key)) && hide());
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
});
