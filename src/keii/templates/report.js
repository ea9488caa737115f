"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("list");
const form = document.querySelector(".filters");
const PAGE = 20;
let language = "ja";
let shown = [];
let from = 0;
let to = 0;

const word = (key) => {
  const found = data.labels[key];
  return found ? found[language === "ja" ? 0 : 1] : key;
};
const make = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child !== null));
  return node;
};
const valueWord = (value) => (data.labels[`value.${value}`] ? word(`value.${value}`) : value);
const causeWord = (cause) => {
  const [field, rest] = [cause.split(".")[0], cause.slice(cause.indexOf(".") + 1)];
  return rest.includes("→") ? `${word(field)}: ${rest.split("→").map(valueWord).join(" → ")}` : word(`cause.${cause}`);
};
const toldWord = (name, told) => {
  if (name === "type" || name === "factuality") return valueWord(told);
  return name === "agent_patient" ? told.replace(/(^|, )(agent|patient)=/g, (_, before, role) => `${before}${word(`role.${role}`)}: `) : told;
};
const nameOf = (row) => `${row.article}/${row.gold ? "g" : "p"}.${(row.gold || row.pred).id}`;

// --- text: spans count code points, so each article is cut into them once, when it is first shown
const points = new Map();
const pointsOf = (article) => {
  if (!points.has(article)) points.set(article, Array.from(data.articles[article].text));
  return points.get(article);
};

function marked(article, claim, start, end, around = (text) => text) {
  const spans = [["evidence", claim.evidence], ["citation", claim.citation], ["date", claim.date],
    ...claim.people.map((span) => ["people", span]), ["trigger", claim.trigger]].filter(([, span]) => span);
  const cuts = new Set([start, end]);
  for (const [, span] of spans) for (const cut of span) if (cut > start && cut < end) cuts.add(cut);
  const order = [...cuts].sort((a, b) => a - b);
  const text = pointsOf(article);
  const pieces = [];
  for (let i = 0; i + 1 < order.length; i++) {
    const kinds = spans.filter(([, span]) => span[0] <= order[i] && order[i + 1] <= span[1]).map(([kind]) => kind);
    const piece = text.slice(order[i], order[i + 1]).join("");
    pieces.push(kinds.length ? make("mark", { className: kinds.join(" ") }, piece) : make("span", { className: "around" }, around(piece)));
  }
  return pieces;
}

function excerpt(article, claim) {
  const length = pointsOf(article).length;
  const spans = [claim.evidence, claim.trigger];
  const start = Math.max(0, Math.min(...spans.map((span) => span[0])) - 30);
  const end = Math.min(length, Math.max(...spans.map((span) => span[1])) + 30);
  const oneLine = (text) => text.replace(/\s*\n\s*/g, " ⏎ ");
  return make("p", { className: "text", dir: "auto" }, ...marked(article, claim, start, end, oneLine));
}

// --- one claim
function side(row, which) {
  const claim = row[which];
  const title = which === "gold" ? word("gold") : word("predicted");
  const more = claim ? [claim.id, claim.event, which === "pred" && `${word("confidence")} ${claim.confidence.toFixed(2)}`] : [];
  return make("div", {}, make("h4", {}, [title, ...more.filter(Boolean)].join(" · ")),
    claim ? excerpt(row.article, claim) : make("p", { className: "text" }, word("nothing")));
}

function fieldRow(row, name) {
  const told = (claim) => make("bdi", {}, (claim && toldWord(name, claim.told[name])) || "–");
  const right = row.fields[name];
  const sign = right === true ? "✓" : right === false ? "✗" : "";
  const kind = right === true ? "ok" : right === false ? "off" : "";
  const spoken = right === true ? word("correct") : right === false ? word("incorrect") : "";
  const mark = make("td", { className: kind }, sign, make("span", { className: "spoken" }, ` ${spoken}`));
  return make("tr", {}, make("th", { scope: "row" }, word(name)),
    make("td", {}, told(row.gold)), make("td", { className: kind === "off" ? "off" : "" }, told(row.pred)), mark);
}

function fieldTable(row) {
  const names = data.fields.filter((name) => [row.gold, row.pred].some((claim) => claim && claim.told[name]));
  const head = make("tr", {}, ...["field", "gold", "predicted"].map((key) => make("th", { scope: "col" }, word(key))), make("td", {}));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...names.map((name) => fieldRow(row, name))));
}

function whole(row) {
  const details = make("details", {}, make("summary", {}, word("whole")));
  details.addEventListener("toggle", () => {
    if (!details.open || details.children.length > 1) return;
    const claim = row.gold || row.pred;
    const text = make("p", { className: "text" }, ...marked(row.article, claim, 0, pointsOf(row.article).length));
    const box = make("div", { className: "whole", tabIndex: 0, role: "group", ariaLabel: data.articles[row.article].title }, text);
    details.append(box);
    const trigger = box.querySelector(".trigger");
    if (trigger) box.scrollTop = trigger.offsetTop - box.offsetTop - 80;
  });
  return details;
}

function card(index) {
  const row = shown[index];
  const name = nameOf(row);
  const title = make("h3", {}, make("span", { className: "verdict" }, word(row.verdict)),
    make("bdi", {}, data.articles[row.article].title),
    make("a", { href: `#c/${encodeURIComponent(name)}`, title: word("link") }, name),
    row.gold && row.pred ? make("span", {}, `${word("score")} ${row.score.toFixed(2)}`) : null,
    row.change ? make("span", {}, word(`change.${row.change}`)) : null);
  const causes = row.causes.length ? make("p", { className: "causes-of" }, row.causes.map(causeWord).join(" · ")) : null;
  const why = row.pred && row.pred.why.length ? make("p", { className: "note" }, `${word("why")}: ${row.pred.why.join(" · ")}`) : null;
  const node = make("article", { className: `row ${row.verdict}`, tabIndex: -1 }, title,
    make("div", { className: "sides" }, side(row, "gold"), side(row, "pred")), fieldTable(row), causes, why,
    data.articles[row.article].text ? whole(row) : null);
  node.dataset.index = index;
  return node;
}

// --- the list: a window over the rows that fit, grown at either end
function cards(a, b) {
  return Array.from({ length: b - a }, (_, i) => card(a + i));
}
function draw(first = 0) {
  from = first;
  to = Math.min(shown.length, first + PAGE);
  list.replaceChildren(...cards(from, to));
  edges();
}
function grow(later) {
  if (later) {
    const end = Math.min(shown.length, to + PAGE);
    list.append(...cards(to, end));
    to = end;
  } else {
    const start = Math.max(0, from - PAGE);
    list.prepend(...cards(start, from));
    from = start;
  }
  edges();
}
function edges() {
  document.getElementById("earlier").hidden = from === 0;
  document.getElementById("later").hidden = to >= shown.length;
}

// --- filters
function searched(row) {
  if (row.text === undefined) {
    const claims = [row.gold, row.pred].filter(Boolean);
    const said = claims.flatMap((claim) => [
      nameOf(row), claim.event || "", valueWord(claim.type), pointsOf(row.article).slice(...claim.evidence).join(""), ...Object.values(claim.told),
    ]);
    row.text = [data.articles[row.article].title, ...said].join("\n").toLowerCase();
  }
  return row.text;
}
const BANDS = ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"];
const fits = {
  verdict: (row, value) => row.verdict === value,
  field: (row, value) => row.fields[value] === false,
  type: (row, value) => [row.gold, row.pred].some((claim) => claim && claim.type === value),
  article: (row, value) => row.article === value,
  confidence: (row, value) => Boolean(row.pred) && Math.min(9, Math.floor(row.pred.confidence * 10)) === Math.round(value * 10),
  cause: (row, value) => row.causes.includes(value),
  change: (row, value) => row.change === value,
};
const counted = (values) => {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return counts;
};
function options() {
  const rows = data.rows;
  const types = counted(rows.flatMap((row) => [...new Set([row.gold, row.pred].filter(Boolean).map((claim) => claim.type))]));
  const causes = counted(rows.flatMap((row) => row.causes));
  const articles = counted(rows.map((row) => row.article));
  const byCount = (counts) => [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const choices = {
    verdict: ["right", "partly", "missed", "false", "duplicate"].map((key) => [key, word(key)]),
    field: data.strict.map((key) => [key, word(key)]),
    type: byCount(types).map((key) => [key, `${valueWord(key)} (${types.get(key)})`]),
    article: [...articles.keys()].map((key) => [key, `${key} ${data.articles[key].title}`]),
    confidence: BANDS.map((key) => [key, `${key}–${(Number(key) + 0.1).toFixed(1)}`]),
    cause: byCount(causes).map((key) => [key, `${causeWord(key)} (${causes.get(key)})`]),
    change: ["new", "better", "worse", "lost", "false"].map((key) => [key, word(`change.${key}`)]),
  };
  for (const [name, pairs] of Object.entries(choices)) {
    const select = form.elements[name];
    if (!select) continue;
    const kept = select.value;
    select.replaceChildren(new Option(word("all"), ""), ...pairs.map(([value, text]) => new Option(text, value)));
    select.value = kept;
  }
}
function clear() {
  for (const field of form.querySelectorAll("input, select")) field.value = "";
}
function filter() {
  const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const tests = Object.entries(fits).filter(([name]) => form.elements[name] && form.elements[name].value);
  shown = data.rows.filter((row) => tests.every(([name, test]) => test(row, form.elements[name].value))
    && words.every((part) => searched(row).includes(part)));
  status();
  draw();
}
function status() {
  const rest = language === "ja" ? `${shown.length} ${word("shown")}（${word("of")} ${data.rows.length}）` : `${shown.length} of ${data.rows.length} shown`;
  document.getElementById("status").textContent = shown.length ? rest : word("none");
}

// --- moving about
function current() {
  const row = document.activeElement && document.activeElement.closest(".row");
  return row ? Number(row.dataset.index) : -1;
}
function go(index) {
  if (index < 0 || index >= shown.length) return;
  if (index < from || index > to) draw(Math.max(0, index - 5));
  else if (index === to) grow(true);
  const node = list.children[index - from];
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "start" });
}
function follow() {
  const hash = location.hash;
  if (!hash.startsWith("#c/")) return;
  let name;
  try {
    name = decodeURIComponent(hash.slice(3));
  } catch {
    return;
  }
  let index = shown.findIndex((row) => nameOf(row) === name);
  if (index < 0) {
    clear();
    filter();
    index = shown.findIndex((row) => nameOf(row) === name);
  }
  go(index);
}
function speak(to) {
  language = to;
  document.documentElement.lang = to;
  document.title = `keii · ${word("title")}`;
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === to));
  form.elements.words.placeholder = word("search.hint");
  options();
  status();
  draw(from);
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  clear();
  filter();
});
document.getElementById("earlier").addEventListener("click", () => grow(false));
document.getElementById("later").addEventListener("click", () => grow(true));
for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language));
for (const button of document.querySelectorAll("[data-cause]")) {
  button.addEventListener("click", () => {
    clear();
    form.elements.cause.value = button.dataset.cause;
    filter();
    document.getElementById("review").scrollIntoView();
    form.elements.cause.focus({ preventScroll: true });
  });
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.key === "j") go(current() + 1);
  else if (event.key === "k") go(current() - 1);
  else if (event.key === "/") form.elements.words.focus();
  else return;
  event.preventDefault();
});
window.addEventListener("hashchange", follow);
window.addEventListener("beforeprint", () => {
  while (to < shown.length) grow(true);
});
new IntersectionObserver((entries) => {
  if (entries.some((entry) => entry.isIntersecting) && to < shown.length) grow(true);
}, { rootMargin: "600px" }).observe(document.getElementById("later"));

shown = data.rows;
speak("ja");
follow();
