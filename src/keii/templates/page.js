"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const DAY = 86400000;
let language = "ja";

const word = (key) => (data.labels[key] ? data.labels[key][language === "ja" ? 0 : 1] : key);
const valueWord = (value) => (data.labels[`value.${value}`] ? word(`value.${value}`) : value);
const make = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child !== null));
  return node;
};
const tally = (values) => {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return counts;
};
const byCount = (counts) => [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a) || (a < b ? -1 : 1));

// A formatter of dates, made once for each language and shape: making one takes longer than a hundred uses.
const calendars = new Map();
function calendar(shape) {
  const key = language + JSON.stringify(shape);
  if (!calendars.has(key)) calendars.set(key, new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", { timeZone: "UTC", ...shape }));
  return calendars.get(key);
}

// --- text: spans count code points, JavaScript counts UTF-16 units; they differ only where there are surrogates.
// An article's text is whole or, where all would be too much for one page, the pieces around its claims.
const texts = new Map();
function piecesOf(name) {
  if (!texts.has(name)) {
    const { text, pieces } = data.articles[name];
    texts.set(name, (pieces || [[0, text]]).map(([start, piece]) => {
      const points = /[\ud800-\udfff]/.test(piece) ? Array.from(piece) : piece;
      return [start, start + points.length, points];
    }));
  }
  return texts.get(name);
}
const sizeOf = (name) => data.articles[name].size ?? piecesOf(name)[0][1];

function cut(name, from, to) {
  let told = "";
  let at = from;
  for (const [start, end, points] of piecesOf(name)) {
    if (end <= from || start >= to) continue;
    const part = points.slice(Math.max(from, start) - start, Math.min(to, end) - start);
    told += (start > at ? "\n[…]\n" : "") + (typeof part === "string" ? part : part.join(""));
    at = Math.min(to, end);
  }
  return at < to ? `${told}\n[…]\n` : told;
}

function marked(name, claim, start, end, around = (text) => text) {
  const spans = [["evidence", claim.evidence], ["citation", claim.citation], ["date", claim.date],
    ...claim.people.map((span) => ["people", span]), ["trigger", claim.trigger]].filter(([, span]) => span);
  const cuts = new Set([start, end]);
  for (const [, span] of spans) for (const place of span) if (place > start && place < end) cuts.add(place);
  const order = [...cuts].sort((a, b) => a - b);
  return order.slice(0, -1).map((from, i) => {
    const kinds = spans.filter(([, span]) => span[0] <= from && order[i + 1] <= span[1]).map(([kind]) => kind);
    const piece = cut(name, from, order[i + 1]);
    return kinds.length ? make("mark", { className: kinds.join(" ") }, piece) : make("span", { className: "around" }, around(piece));
  });
}

// --- a list of rows: filtered, searched, linked to, walked by keys, drawn as far as it is read
// `put` adds a row's node, which bears its data-index, at either end of the list; `said` gives the words that a search is
// to find, `fits` a test for each field of the form, `choices` the options of each select, `nameOf` what its link is called,
// `known` what else it was called before.
function browse({ rows, size, prefix, nameOf, known = () => [], put, said, fits, choices, arrived = () => {}, changed = () => {} }) {
  const list = document.getElementById("list");
  const form = document.querySelector(".filters");
  const valueOf = (field) => (field.type === "checkbox" ? (field.checked ? "on" : "") : field.value);
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const heard = new Map();
  let shown = rows;
  let from = 0;
  let to = 0;

  function draw(first = 0) {
    from = to = Math.max(0, Math.min(first, shown.length));
    list.replaceChildren();
    grow(true);
  }
  function grow(later) {
    const stop = later ? Math.min(shown.length, to + size) : Math.max(0, from - size);
    if (later) for (; to < stop; to++) put(list, shown[to], to, true);
    else while (from > stop) put(list, shown[--from], from, false);
    document.getElementById("earlier").hidden = from === 0;
    document.getElementById("later").hidden = to >= shown.length;
  }
  function filter() {
    const wanted = fold(form.elements.words.value).split(/\s+/).filter(Boolean);
    const tests = Object.entries(fits).filter(([name]) => form.elements[name] && valueOf(form.elements[name]));
    shown = rows.filter((row) => tests.every(([name, test]) => test(row, valueOf(form.elements[name]))) && wanted.every((part) => search(row).includes(part)));
    status();
    draw();
    changed(shown);
  }
  function search(row) {
    if (!heard.has(row)) heard.set(row, fold(said(row).join("\n")));
    return heard.get(row);
  }
  function clear() {
    for (const field of form.querySelectorAll("input, select")) {
      if (field.type === "checkbox") field.checked = false;
      else field.value = "";
    }
    filter();
  }
  function status() {
    const told = word("status").replace("{n}", shown.length).replace("{all}", rows.length);
    document.getElementById("status").textContent = shown.length ? told : word("none");
  }

  const current = () => {
    const node = document.activeElement && document.activeElement.closest("[data-index]");
    return node ? Number(node.dataset.index) : from - 1;
  };
  function go(index) {
    if (index < 0 || index >= shown.length) return null;
    if (index < from || index > to) draw(Math.max(0, index - 5));
    else if (index === to) grow(true);
    const node = list.querySelector(`[data-index="${index}"]`);
    (node.tagName === "DETAILS" ? node.firstElementChild : node).focus({ preventScroll: true });
    node.scrollIntoView({ block: "start" });
    return node;
  }
  function visit(row) {
    if (!shown.includes(row)) clear();
    arrived(go(shown.indexOf(row)), row);
  }
  function follow() {
    if (!location.hash.startsWith(prefix)) return;
    let name;
    try {
      name = decodeURIComponent(location.hash.slice(prefix.length));
    } catch {
      return;
    }
    const row = rows.find((one) => nameOf(one) === name) || rows.find((one) => known(one).includes(name));
    if (row) visit(row);
  }

  function offer() {
    for (const [name, pairs] of Object.entries(choices())) {
      const select = form.elements[name];
      if (!select) continue;
      const kept = select.value;
      select.disabled = !pairs.length;
      select.replaceChildren(new Option(word("all"), ""), ...pairs.map(([value, text]) => new Option(text, value)));
      select.value = kept;
    }
  }
  function speak(chosen) {
    language = chosen;
    document.documentElement.lang = chosen;
    document.title = `keii · ${word("title")}`;
    for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
    form.elements.words.placeholder = word("search.hint");
    heard.clear();
    offer();
    status();
    draw(from);
    changed(shown);
  }

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    clear();
  });
  document.getElementById("earlier").addEventListener("click", () => grow(false));
  document.getElementById("later").addEventListener("click", () => grow(true));
  for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "j") go(current() + 1);
    else if (event.key === "k") go(current() - 1);
    else if (event.key === "/") form.elements.words.focus();
    else return;
    event.preventDefault();
  });
  window.addEventListener("hashchange", follow);
  window.addEventListener("beforeprint", () => {
    while (from > 0) grow(false);
    while (to < shown.length) grow(true);
  });
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && to < shown.length) grow(true);
  }, { rootMargin: "600px" }).observe(document.getElementById("later"));
  speak("ja");
  follow();
  return { form, filter, clear, visit };
}
