"use strict";
// Words, numbers and names: languages, folding of accents, Vietnamese order.
const PS = { features: [], listeners: {} };
{
  const strings = JSON.parse(document.getElementById("strings").textContent);
  PS.lang = document.documentElement.lang;

  PS.t = (key, values = {}) => {
    const text = strings[PS.lang][key] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  };
  PS.number = (value, digits = 0) =>
    value === null || value === undefined
      ? "–"
      : new Intl.NumberFormat(PS.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
        .replace("-", "\u2212");
  PS.percent = (share, digits = 1) => (share === null || share === undefined ? "–" : PS.number(share * 100, digits) + "\u202f%");
  PS.dbm = (value) => (value === null || value === undefined ? "–" : PS.number(value) + "\u202fdBm");
  PS.words = (both) => both[PS.lang]; // what comes with the data in both languages
  // the first few of many names
  PS.names = (list, most) => list.slice(0, most).join(", ") + (list.length > most ? ` +${list.length - most}` : "");
  PS.km = (value) => PS.number(value, value < 10 ? 2 : 1) + "\u202fkm";

  // "Lộc Thạnh", "loc thanh" and the decomposed form are one word; "Ấp 01" is "ap 1", "KP" is "khu pho"
  PS.fold = (text) =>
    text.replace(/[đĐ]/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
      .replace(/\bkp\b\.?/g, "khu pho").replace(/[^a-z0-9]+/g, " ").replace(/\b0+(?=\d)/g, "").trim();
  PS.collator = new Intl.Collator("vi", { numeric: true });

  PS.on = (event, listener) => (PS.listeners[event] ??= []).push(listener);
  PS.emit = (event, detail) => (PS.listeners[event] ?? []).forEach((listener) => listener(detail));
  PS.feature = (start) => PS.features.push(start);

  // An element with properties and children; text is always text, never markup.
  PS.h = (tag, properties = {}, ...children) => {
    const [name, ...classes] = tag.split(".");
    const element = document.createElement(name);
    if (classes.length) element.className = classes.join(" ");
    for (const [key, value] of Object.entries(properties)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (key === "style") element.style.cssText = value;
      else if (key in element && key !== "list" && typeof value !== "string") element[key] = value;
      else element.setAttribute(key, value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  };
  PS.$ = (id) => document.getElementById(id);
  PS.say = (text) => { PS.$("say").textContent = text; };

  PS.translate = () => {
    document.documentElement.lang = PS.lang;
    for (const element of document.querySelectorAll("[data-t]")) element.textContent = PS.t(element.dataset.t);
    for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", PS.t(element.dataset.tLabel));
    for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = PS.t(element.dataset.tPlaceholder);
  };
  PS.setLang = (lang) => {
    PS.lang = lang;
    PS.translate();
    PS.emit("lang");
    PS.emit("state", ["lang"]);
  };
}
