"use strict";
// Buttons on the map: zoom, home, measure, full screen, link, save; scale and coordinates.
PS.feature((map) => {
  const bar = PS.$("tools");
  const icon = (d) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    svg.append(path);
    return svg;
  };
  const ICONS = {
    zoom_in: "M12 5v14M5 12h14",
    zoom_out: "M5 12h14",
    home: "M4 11 12 4l8 7M6.5 9.5V20h11V9.5",
    measure: "M3 17 17 3l4 4L7 21zM7 13l2 2M10 10l2.5 2.5M13 7l2 2",
    fullscreen: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
    link: "M10 14a4 4 0 0 0 6 .4l3-3a4.2 4.2 0 0 0-6-6l-1.2 1.2M14 10a4 4 0 0 0-6-.4l-3 3a4.2 4.2 0 0 0 6 6l1.2-1.2",
    save: "M12 4v11M7 11l5 5 5-5M5 20h14",
  };
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const whole = (animate) => map.fitBounds(PS.data.bounds, { ...PS.padding(), animate });
  PS.padding = (card = false) => {
    const wide = !window.matchMedia("(max-width: 760px)").matches;
    return wide ? { paddingTopLeft: [372, 44], paddingBottomRight: [card ? 414 : 294, 34] } : { paddingTopLeft: [14, 80], paddingBottomRight: [14, card ? 460 : 190] };
  };
  PS.flyTo = (target, zoom) => {
    const bounds = target instanceof L.LatLngBounds ? target : L.latLngBounds(target, target);
    map.flyToBounds(bounds, { ...PS.padding(true), maxZoom: Math.max(zoom, target instanceof L.LatLngBounds ? 0 : map.getZoom()), duration: 0.8, animate: !still });
  };
  const actions = {
    zoom_in: () => map.zoomIn(1),
    zoom_out: () => map.zoomOut(1),
    home: () => whole(!still),
    measure: () => measure(!PS.measuring),
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.()),
    link: async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        PS.say(PS.t("link_done"));
        flash(PS.t("link_done"));
      } catch {
        window.prompt(PS.t("link"), location.href);
      }
    },
    save: () => menu(PS.$("save-menu").hidden),
  };
  const saves = ["save_png", "save_hamlets", "save_gaps", "save_units", "save_stations", "save_hamlets_geojson", "save_gaps_geojson", "print"];
  const menu = (open) => {
    PS.$("save-menu").hidden = !open;
    PS.$("tool-save").setAttribute("aria-expanded", open);
    if (open) PS.$("save-menu").querySelector("button").focus();
  };
  const flash = (text) => {
    const note = PS.h("div.flash", {}, text);
    PS.$("stage").append(note);
    setTimeout(() => note.remove(), 1800);
  };
  PS.flash = flash;
  const render = () => {
    bar.replaceChildren(
      ...Object.keys(actions).map((key) => {
        const button = PS.h("button", { type: "button", id: "tool-" + key.replace("_", "-"), title: PS.t(key), "aria-label": PS.t(key), onclick: actions[key] }, icon(ICONS[key]));
        if (key === "measure") button.setAttribute("aria-pressed", Boolean(PS.measuring));
        if (key === "save") button.setAttribute("aria-expanded", "false");
        return button;
      }),
      PS.h("div", { id: "save-menu", role: "group", "aria-label": PS.t("save"), hidden: true },
        saves.map((key) => PS.h("button", { type: "button", id: key.replaceAll("_", "-"), onclick: () => { menu(false); PS.save(key); } }, PS.t(key)))));
  };
  render();
  PS.on("lang", render);
  document.addEventListener("pointerdown", (event) => !bar.contains(event.target) && !PS.$("save-menu").hidden && menu(false));
  L.DomEvent.disableClickPropagation(bar);

  // measuring
  let points = [], drawn = [];
  const clear = () => {
    drawn.forEach((item) => item.remove());
    drawn = [];
  };
  const bearing = (a, b) => {
    const [p, q, d] = [a.lat, b.lat, b.lng - a.lng].map((v) => (v * Math.PI) / 180);
    return ((Math.atan2(Math.sin(d) * Math.cos(q), Math.cos(p) * Math.sin(q) - Math.sin(p) * Math.cos(q) * Math.cos(d)) * 180) / Math.PI + 360) % 360;
  };
  const paint = () => {
    clear();
    const options = { pane: "marks", interactive: false, color: "#b1101a", weight: 3 };
    drawn.push(L.polyline(points, options).addTo(map));
    for (const point of points) drawn.push(L.circleMarker(point, { ...options, radius: 4, fillColor: "#fff", fillOpacity: 1, weight: 2 }).addTo(map));
    if (points.length < 2) return;
    const total = points.slice(1).reduce((sum, point, i) => sum + point.distanceTo(points[i]), 0) / 1000;
    const end = points.at(-1);
    const text = PS.t("measure_total", { km: PS.number(total, total < 10 ? 2 : 1), azimuth: PS.number(bearing(points.at(-2), end)) });
    drawn.push(L.marker(end, { pane: "marks", interactive: false, keyboard: false, icon: L.divIcon({ className: "measured", html: PS.h("span", {}, text), iconSize: null }) }).addTo(map));
    PS.say(text);
  };
  const measure = (on) => {
    PS.measuring = on;
    points = [];
    clear();
    PS.$("tool-measure").setAttribute("aria-pressed", on);
    map.getContainer().classList.toggle("measuring", on);
    if (on) flash(PS.t("measure_help"));
  };
  map.on("click", (event) => {
    if (!PS.measuring) return;
    points.push(event.latlng);
    paint();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && PS.measuring && measure(false));

  // scale and coordinates
  const scale = () => {
    const size = map.getSize(), y = size.y / 2;
    const metres = map.containerPointToLatLng([0, y]).distanceTo(map.containerPointToLatLng([110, y]));
    const power = 10 ** Math.floor(Math.log10(metres)), round = [5, 2, 1].map((n) => n * power).find((n) => n <= metres);
    PS.$("scale").style.width = `${(110 * round) / metres}px`;
    PS.$("scale").textContent = round >= 1000 ? `${PS.number(round / 1000)} km` : `${PS.number(round)} m`;
  };
  const place = (latlng) => {
    const [east, north] = PS.vn2000(latlng.lat, latlng.lng);
    PS.$("coordinates").textContent = `WGS 84  ${PS.number(latlng.lat, 5)} ; ${PS.number(latlng.lng, 5)}   VN-2000  X ${PS.number(north)}  Y ${PS.number(east)}`;
  };
  map.on("zoomend resize", scale);
  map.on("mousemove", (event) => place(event.latlng));
  map.on("moveend", () => place(map.getCenter()));
  PS.on("lang", () => { scale(); place(map.getCenter()); });
  // printing: the screen's map as it stands, scaled to the page (canvases that are drawn anew for the printer
  // come out white), and every row of the table
  window.addEventListener("beforeprint", () => {
    const { x, y } = map.getSize(), style = document.documentElement.style;
    style.setProperty("--screen-width", `${x}px`);
    style.setProperty("--screen-height", `${y}px`);
    style.setProperty("--print-scale", String(Math.min(1040 / x, 660 / y)));
    PS.emit("print", true);
  });
  window.addEventListener("afterprint", () => PS.emit("print", false));
  PS.home = () => {
    whole(false);
    scale();
    place(map.getCenter());
  };
});
