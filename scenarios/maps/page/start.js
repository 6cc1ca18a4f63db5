"use strict";
// Puts the features together, in the order of their files.
{
  const later = [];
  PS.afterPaint = (task) => later.push(task);
  PS.start = async (map) => {
    PS.map = map;
    await PS.load();
    map.getContainer().setAttribute("role", "region");
    map.getContainer().dataset.tLabel = "map_keys";
    map.setView(L.latLngBounds(PS.data.bounds).getCenter(), 9, { animate: false });
    PS.translate();
    for (const feature of PS.features) feature(map);
    PS.home();
    PS.readLink();
    PS.startLink();
    requestAnimationFrame(() => setTimeout(async () => {
      for (const task of later) task();
      await PS.painting;
      PS.ready = true;
      document.documentElement.dataset.ready = "yes";
    }));
  };
}
