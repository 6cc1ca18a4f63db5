"use strict";
// A rollout's phases on one slider.
PS.feature(() => {
  const phases = PS.phases();
  if (phases.length < 2) return;
  const first = PS.data.runs.indexOf(phases[0]), now = () => PS.data.runs[PS.state.run];
  const box = PS.$("years");
  box.hidden = false;
  let timer = null;
  const render = () => {
    const slider = PS.h("input", { type: "range", id: "year", min: "0", max: String(phases.length - 1), step: "1", value: String(PS.state.run - first), "aria-valuetext": now().title[PS.lang], oninput: (event) => PS.set({ run: first + Number(event.target.value) }) });
    box.replaceChildren(
      PS.h("label.range", {}, PS.h("span", {}, PS.t("year")),
        PS.h("span.scale", {}, slider, PS.h("span.ticks", { "aria-hidden": "true" }, phases.map((run) => PS.h("span", {}, String(run.year))))),
        PS.h("output", { id: "year-now" }, String(now().year))));
  };
  render();
  PS.on("lang", render);
  PS.on("state", (keys) => {
    if (!keys.includes("run")) return;
    PS.$("year").value = PS.state.run - first;
    PS.$("year").setAttribute("aria-valuetext", now().title[PS.lang]);
    PS.$("year-now").textContent = now().year;
    clearTimeout(timer);
    timer = setTimeout(() => PS.say(now().title[PS.lang]), 300);
  });
});
