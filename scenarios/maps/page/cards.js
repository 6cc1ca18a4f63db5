"use strict";
// What was clicked: a hamlet, a station, a gap, or any point of the map.
PS.feature((map) => {
  const { data } = PS;
  const { hamlets, stations, style } = data;
  const card = PS.$("card");
  let picked = null, asked = 0, clicked = false;

  const rows = (...pairs) => PS.h("dl.facts", {}, pairs.filter(Boolean).flatMap(([term, ...value]) => [PS.h("dt", {}, term), PS.h("dd", {}, ...value)]));
  const level = (index) => PS.h("span.level", { "data-level": style.level_keys[index] }, PS.t("level_" + style.level_keys[index]));
  const classMark = (item) => (item ? PS.h("span.class", { style: `--c:${item.colour}` }, PS.t("class_" + item.key)) : PS.t("no_server"));
  const link = (text, go) => PS.h("button.link", { type: "button", onclick: go }, text);
  const stationLink = (site, extra = "") =>
    link(stations.name[site] + extra, () => {
      PS.emit("pick", { kind: "station", index: site, at: [stations.lat[site], stations.lon[site]] });
      if (!map.getBounds().contains([stations.lat[site], stations.lon[site]])) PS.flyTo(L.latLng(stations.lat[site], stations.lon[site]), map.getZoom());
    });
  const away = (site, at) => L.latLng(stations.lat[site], stations.lon[site]).distanceTo(at) / 1000;
  const profileButton = (sector, at, name) =>
    sector < 0 ? null : PS.h("button.action", { type: "button", id: "open-profile", onclick: () => PS.showProfile(sector, at, name) }, PS.t("profile"));

  async function server(at, run, layer) {
    const value = await PS.valueAt(at[0], at[1], run, layer);
    if (!value || value.site < 0) return { value, rows: [[PS.t("server"), PS.t("no_server")]] };
    const sectors = run.sectors;
    return { value, rows: [
      [PS.t("server"), stationLink(value.site), PS.h("small", {}, ` ${sectors.band[value.sector]}, ${PS.t("sector", { azimuth: PS.number(sectors.azimuth[value.sector]) })}`)],
      [PS.t("distance"), PS.km(away(value.site, at))]] };
  }

  async function hamletCard({ index: i, at }) {
    const run = PS.run(), [dbm, now] = PS.service(run, i);
    const answer = await server(at, run, PS.layerOf(run));
    const operators = run.layers.filter((layer) => layer.operator !== "any" && run.hamlets.layers[layer.key]);
    const names = [...new Set(operators.map((layer) => layer.operator))];
    const able = names.filter((name) => operators.some((layer) => layer.operator === name && run.hamlets.layers[layer.key].level[i] > 0));
    const gap = PS.gapAt(...at);
    const sure = run.hamlets.layers[PS.layerOf(run).key]?.sure?.[i];
    return [
      PS.h("h2", {}, hamlets.name[i]),
      PS.h("p.muted", {}, [hamlets.commune[i], hamlets.district[i]].filter(Boolean).join(", "), hamlets.unit_2025[i] ? PS.h("br") : null, hamlets.unit_2025[i] ? PS.t("since_2025", { unit: hamlets.unit_2025[i] }) : null),
      hamlets.synthetic[i] ? PS.h("p.flag", {}, PS.t("position_synthetic")) : null,
      rows(
        [PS.t("people"), PS.number(hamlets.people[i])],
        [PS.t("class"), level(now)],
        [PS.t("level"), PS.dbm(dbm), run.summary.hamlet_people_share ? PS.h("small", {}, PS.h("br"), PS.t("hamlet_rule", { share: PS.percent(run.summary.hamlet_people_share, 0) })) : null],
        sure && [PS.t("probability"), PS.percent(sure[0], 0)],
        sure && [PS.t("level_between"), PS.t("between", { a: PS.dbm(sure[1]), b: PS.dbm(sure[2]) })],
        [PS.t("sinr"), run.hamlets.sinr[i] === null ? "–" : PS.number(run.hamlets.sinr[i], 1) + "\u202fdB"],
        [PS.t("backup"), PS.t("backup_n", { n: able.length, total: names.length })],
        ...answer.rows,
        gap?.cause && [PS.t("cause"), PS.t("cause_" + gap.cause)],
        gap?.mend && [PS.t("mend"), mend(gap)]),
      operators.length ? PS.h("table.mini", {}, PS.h("thead", {}, PS.h("tr", {}, ["operator", "level", "class"].map((key) => PS.h("th", { scope: "col" }, PS.t(key))))),
        PS.h("tbody", {}, operators.map((layer) => PS.h("tr", {}, PS.h("th", { scope: "row" }, `${layer.operator} ${layer.technology}`),
          PS.h("td", {}, PS.dbm(run.hamlets.layers[layer.key].rsrp[i])), PS.h("td", {}, level(run.hamlets.layers[layer.key].level[i])))))) : null,
      profileButton(answer.value?.sector ?? -1, at, hamlets.name[i])];
  }

  async function stationCard({ index: i }) {
    const run = PS.run(), s = run.sectors;
    const own = s.site.map((site, k) => (site === i ? k : -1)).filter((k) => k >= 0);
    return [
      PS.h("h2", {}, stations.name[i]),
      PS.h("p.muted", {}, stations.operator[i] + (stations.name[i] === stations.id[i] ? "" : " · " + stations.id[i])),
      rows(
        stations.kind[i] && [PS.t("kind"), PS.t("kind_" + stations.kind[i])],
        stations.status[i] && [PS.t("status"), PS.t("status_" + stations.status[i]) + (stations.year[i] ? ` (${stations.year[i]})` : "")],
        [PS.t("on_air_in_run"), PS.t(run.onAir[i] ? "yes" : "no")],
        [PS.t("height"), stations.height[i] === null ? "–" : PS.number(stations.height[i]) + "\u202fm"],
        ["WGS 84", `${PS.number(stations.lat[i], 5)} ; ${PS.number(stations.lon[i], 5)}`]),
      own.length ? PS.h("table.mini", {}, PS.h("caption", {}, PS.t("sectors")),
        PS.h("thead", {}, PS.h("tr", {}, ["technology", "azimuth", "tilt", "power"].map((key) => PS.h("th", { scope: "col" }, PS.t(key))))),
        PS.h("tbody", {}, own.slice(0, 24).map((k) => PS.h("tr", {}, PS.h("th", { scope: "row" }, `${s.technology[k]} ${s.band[k]}`), PS.h("td", {}, s.azimuth[k] + "°"), PS.h("td", {}, PS.number(s.tilt[k], 1) + "°"), PS.h("td", {}, PS.number(s.power[k], 1) + "\u202fdBm"))))) : null];
  }

  const mend = (gap) => PS.t("mend_" + gap.mend) + (gap.lacking === null ? "" : " · " + PS.t("lacking", { db: PS.number(gap.lacking, 0) }));

  const gapCard = ({ gap }) => [
    PS.h("h2", {}, PS.names(gap.hamlets, 3) || PS.t("legend_gap")),
    PS.h("p.muted", {}, PS.names(gap.communes, 4)),
    rows(
      [PS.t("people"), PS.number(gap.people), gap.between && PS.h("small", { title: PS.t("interval_hint") }, " " + PS.t("between", { a: PS.number(gap.between[0]), b: PS.number(gap.between[1]) }))],
      [PS.t("area"), PS.number(gap.km2, 2) + "\u202fkm²"],
      [PS.t("worst"), PS.dbm(gap.worst)],
      gap.cause && [PS.t("cause"), PS.t("cause_of", { cause: PS.t("cause_" + gap.cause), share: PS.percent(gap.share, 0) })],
      gap.own && [PS.t("own_cause"), PS.t("cause_" + gap.own)],
      gap.mend && [PS.t("mend"), mend(gap)],
      gap.cause && [PS.t("severity"), PS.t("severity_unit", { n: PS.number(gap.severity) })],
      gap.joined && [PS.t("joined"), PS.h("b", {}, gap.joined[0]), " · " + PS.t("joined_text", { n: PS.number(gap.joined[1]), people: PS.number(gap.joined[2]), km2: PS.number(gap.joined[3], 1) })],
      gap.hamlets.length > 3 && [PS.t("hamlets"), gap.hamlets.join(", ")],
      gap.site >= 0 && [PS.t("nearest_site"), stationLink(gap.site), PS.h("small", {}, ` ${[gap.operator, PS.km(gap.site_km)].filter(Boolean).join(" · ")}`)])];

  const addedCard = (pick) => {
    const { title, kind, mark, values } = PS.addedCard(pick);
    return [PS.h("h2", {}, title), PS.h("p.muted", {}, title === kind ? mark : `${kind} · ${mark}`), rows(...values)];
  };

  async function cellCard({ at }) {
    const run = PS.run(), layer = PS.layerOf(run);
    const answer = await server(at, run, layer);
    const [east, north] = PS.vn2000(...at);
    const place = [["WGS 84", `${PS.number(at[0], 5)} ; ${PS.number(at[1], 5)}`], ["VN-2000", `X ${PS.number(north)} · Y ${PS.number(east)}`]];
    if (!answer.value) return [PS.h("h2", {}, PS.t("outside")), rows(...place)];
    const commune = PS.unitAt("commune", ...at), unit = PS.unitAt("unit_2025", ...at), district = PS.unitAt("district", ...at);
    const [people, height] = await Promise.all([PS.peopleAt(...at), PS.heightAt(...at)]);
    const gap = PS.gapAt(...at);
    return [
      PS.h("h2", {}, PS.t("place")),
      PS.h("p.muted", {}, [commune, district].filter(Boolean).map((item) => item.name).join(", "), unit ? PS.h("br") : null, unit ? PS.t("since_2025", { unit: unit.name }) : null),
      rows(
        [PS.t("level"), PS.h("b", { id: "cell-level" }, PS.dbm(answer.value.dbm)), PS.h("small", {}, " " + PS.layerName(layer))],
        [PS.t("class"), classMark(answer.value.kind)],
        ...(await PS.rastersAt(...at)),
        ...answer.rows,
        [PS.t("people_cell", { m: PS.number(data.people.cell_m) }), PS.number(people)],
        [PS.t("elevation"), height === null ? "–" : PS.number(height) + "\u202fm"],
        ...place,
        gap && [PS.t("legend_gap"), link(PS.t("gap_people", { n: PS.number(gap.people) }), () => PS.emit("pick", { kind: "gap", gap, at: gap.at }))]),
      profileButton(answer.value.sector, at, PS.t("place"))];
  }

  const makers = { hamlet: hamletCard, station: stationCard, gap: gapCard, cell: cellCard, added: addedCard };
  async function show() {
    const mine = ++asked, pick = picked;
    if (!pick) return;
    const content = await makers[pick.kind](pick);
    if (mine !== asked) return;
    const close = PS.h("button.close", { type: "button", "aria-label": PS.t("close"), onclick: hide }, "\u00d7");
    card.replaceChildren(close, ...content.filter(Boolean));
    card.dataset.kind = pick.kind;
    card.hidden = false;
    document.body.classList.add("with-card");
    PS.emit("card", true);
    if (clicked) clear(pick.at);
    clicked = false;
  }
  // what was clicked must not lie under its own card
  function clear([lat, lon]) {
    const box = card.getBoundingClientRect(), stage = map.getContainer().getBoundingClientRect();
    const { x, y } = map.latLngToContainerPoint([lat, lon]), left = box.left - stage.left, top = box.top - stage.top;
    if (x < left - 20 || y < top - 20 || y > top + box.height + 20) return;
    map.panBy(left < 60 ? [0, y - top / 2] : [x - left + 60, 0], { animate: !window.matchMedia("(prefers-reduced-motion: reduce)").matches });
  }
  function hide() {
    asked++;
    picked = null;
    card.hidden = true;
    document.body.classList.remove("with-card");
    PS.emit("card", false);
    PS.mark(null);
  }
  PS.hideCard = hide;

  let ring = null;
  PS.mark = (at) => {
    ring?.remove();
    ring = at ? L.marker(at, { pane: "marks", interactive: false, keyboard: false, icon: L.divIcon({ className: "ring", iconSize: [30, 30] }), alt: "" }).addTo(map) : null;
  };
  PS.on("pick", (pick) => {
    picked = pick;
    PS.mark(pick.at);
    show();
    if (window.matchMedia("(max-width: 760px)").matches) PS.foldPanel(false);
  });
  PS.on("lang", show);
  PS.on("state", (keys) => keys.some((key) => ["run", "layer"].includes(key)) && show());
  map.on("click", (event) => {
    if (PS.measuring) return;
    const found = PS.pointAt(event.latlng, L.Browser.mobile ? 16 : 10);
    clicked = true;
    PS.emit("pick", found ?? { kind: "cell", at: [event.latlng.lat, event.latlng.lng] });
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && !card.hidden && hide());
  for (const element of [card, PS.$("panel"), PS.$("profile")]) {
    L.DomEvent.disableClickPropagation(element);
    L.DomEvent.disableScrollPropagation(element);
  }
});
