"use strict";
// A rollout's phases on one slider.
PS.feature(() => {
  const { runs, mode } = PS.data;
  if (mode !== "years") return;
  const box = PS.$("years");
  box.hidden = false;
  let timer = null;
  const render = () => {
    const slider = PS.h("input", { type: "range", id: "year", min: "0", max: String(runs.length - 1), step: "1", value: String(PS.state.run), "aria-valuetext": runs[PS.state.run].title[PS.lang], oninput: (event) => PS.set({ run: Number(event.target.value) }) });
    box.replaceChildren(
      PS.h("label.range", {}, PS.h("span", {}, PS.t("year")), slider, PS.h("output", { id: "year-now" }, String(runs[PS.state.run].year))),
      PS.h("p.ticks", { "aria-hidden": "true" }, runs.map((run) => PS.h("span", {}, String(run.year)))));
  };
  render();
  PS.on("lang", render);
  PS.on("state", (keys) => {
    if (!keys.includes("run")) return;
    PS.$("year").value = PS.state.run;
    PS.$("year").setAttribute("aria-valuetext", runs[PS.state.run].title[PS.lang]);
    PS.$("year-now").textContent = runs[PS.state.run].year;
    clearTimeout(timer);
    timer = setTimeout(() => PS.say(runs[PS.state.run].title[PS.lang]), 300);
  });
});
