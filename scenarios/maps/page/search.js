"use strict";
// One box for hamlets, units, stations, places and coordinates; accents, case and word order do not matter.
PS.feature((map) => {
  const { hamlets, stations, ground } = PS.data;
  const input = PS.$("search"), list = PS.$("found");
  let index, results = [], active = -1;

  const build = () => {
    const entries = [];
    const add = (kind, name, detail, rank, go, type = "") => entries.push({ kind, name, detail, rank, go, key: PS.fold(name), all: PS.fold(`${name} ${detail} ${type}`) });
    for (const level of ["district", "commune", "unit_2025"])
      for (const unit of ground.units[level]) add(PS.t("unit_" + level), unit.name, "", 0, () => goUnit(unit));
    for (const place of ground.places) add("", place.name, "", 2, () => go(place.at, 13));
    for (let i = 0; i < hamlets.n; i++)
      add("", hamlets.name[i], [hamlets.commune[i], hamlets.district[i]].filter(Boolean).join(", "), 1, () => goPoint("hamlet", hamlets, i), hamlets.type[i]);
    for (let i = 0; i < stations.n; i++)
      add("", stations.name[i], `${PS.t("station")} ${stations.operator[i]} ${stations.id[i] === stations.name[i] ? "" : stations.id[i]}`.trim(), 3, () => goPoint("station", stations, i));
    return entries;
  };
  const go = (at, zoom) => {
    PS.flyTo(L.latLng(at), zoom);
    PS.mark(at);
  };
  const goPoint = (kind, table, i) => {
    PS.flyTo(L.latLng(table.lat[i], table.lon[i]), 13.5);
    PS.emit("pick", { kind, index: i, at: [table.lat[i], table.lon[i]] });
  };
  const goUnit = (unit) => {
    const [x0, y0, x1, y1] = unit.shape.box;
    PS.flyTo(L.latLngBounds(PS.degrees(x0, y1), PS.degrees(x1, y0)), 13);
    PS.mark(unit.at);
  };

  // "11.75, 106.9" or "11,75 106,9"
  const coordinate = (text) => {
    const numbers = text.trim().match(/^(-?\d{1,3}[.,]\d+)\s*[,;\s]\s*(-?\d{1,3}[.,]\d+)$/);
    if (!numbers) return null;
    let [a, b] = [numbers[1], numbers[2]].map((value) => Number(value.replace(",", ".")));
    if (a > 90) [a, b] = [b, a]; // longitude first: Vietnam's longitudes are above 100
    return Math.abs(a) <= 90 && Math.abs(b) <= 180 ? [a, b] : null;
  };

  PS.find = (text, most = 12) => {
    const at = coordinate(text);
    if (at) return [{ name: `${PS.number(at[0], 5)} ; ${PS.number(at[1], 5)}`, detail: PS.t("place"), kind: "", go: () => { go(at, 14); PS.emit("pick", { kind: "cell", at }); } }];
    const query = PS.fold(text);
    if (!query) return [];
    index ??= build();
    const words = query.split(" "), letters = words.join("").length;
    const scored = [];
    for (const entry of index) {
      const all = " " + entry.all;
      const met = words.reduce((sum, word) => sum + (all.includes(" " + word) ? word.length : 0), 0); // letters
      if (met === 0) continue;
      // the whole name, then its beginning, then in order, then anywhere
      const fit = entry.key === query ? 0 : entry.all.startsWith(query + " ") || entry.all === query ? 1 : entry.key.startsWith(query) ? 2 : all.includes(" " + query) ? 3 : 4;
      const exact = words.every((word) => (all + " ").includes(" " + word + " ")) ? 0 : 1;
      scored.push([letters - met, fit, exact, entry.rank, entry]);
    }
    scored.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3] || PS.collator.compare(a[4].name, b[4].name));
    // where nothing has every word, what has the most letters of them, but more than half
    const least = scored.length ? scored[0][0] : 0;
    return least * 2 >= letters && least > 0 ? [] : scored.filter((item) => item[0] === least).slice(0, most).map((item) => item[4]);
  };

  const show = () => {
    results = PS.find(input.value);
    active = -1;
    list.replaceChildren(...(results.length
      ? results.map((entry, i) =>
        PS.h("li", { role: "option", id: "found-" + i, "aria-selected": "false", onpointerdown: (event) => { event.preventDefault(); take(i); } },
          PS.h("b", {}, entry.name), PS.h("small", {}, [entry.detail, entry.kind].filter(Boolean).join(" · "))))
      : [PS.h("li.none", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, PS.t("search_none"))]));
    const open = input.value.trim() !== "";
    list.hidden = !open;
    input.setAttribute("aria-expanded", open);
    input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const take = (i) => {
    const entry = results[i];
    if (!entry) return;
    input.value = entry.name;
    close();
    entry.go();
  };
  const move = (step) => {
    if (!results.length) return;
    active = (active + step + results.length) % results.length;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", i === active));
    list.children[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", "found-" + active);
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.value && show());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") take(Math.max(active, 0));
    else if (event.key === "Escape") close();
  });
  PS.on("lang", () => { index = undefined; });
  void map;
});
