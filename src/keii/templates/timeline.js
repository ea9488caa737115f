"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const list = document.getElementById("list");
const form = document.querySelector(".filters");
const chart = document.getElementById("chart");
const reader = document.getElementById("reader");
const PAGE = 120;
const DAY = 86400000;
const SVG = "http://www.w3.org/2000/svg";
let language = "ja";
let shown = data.events;
let drawn = 0;

const word = (key) => (data.labels[key] ? data.labels[key][language === "ja" ? 0 : 1] : key);
const value = (key) => word(`value.${key}`);
const make = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child !== null));
  return node;
};
const draw = (tag, attributes, ...children) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, told] of Object.entries(attributes)) node.setAttribute(name, told);
  node.append(...children);
  return node;
};
const titleOf = (event) => (language === "en" && event.titleEn ? event.titleEn : event.title);

// --- text: spans count code points, so each article is cut into them once, when it is first shown
const points = new Map();
const pointsOf = (article) => {
  if (!points.has(article)) points.set(article, Array.from(data.articles[article].text));
  return points.get(article);
};

function marked(claim, start, end) {
  const spans = [["evidence", claim.evidence], ["citation", claim.citation], ["date", claim.date],
    ...claim.people.map((span) => ["people", span]), ["trigger", claim.trigger]].filter(([, span]) => span);
  const cuts = new Set([start, end]);
  for (const [, span] of spans) for (const cut of span) if (cut > start && cut < end) cuts.add(cut);
  const order = [...cuts].sort((a, b) => a - b);
  const text = pointsOf(claim.article);
  return order.slice(0, -1).map((from, i) => {
    const kinds = spans.filter(([, span]) => span[0] <= from && order[i + 1] <= span[1]).map(([kind]) => kind);
    const piece = text.slice(from, order[i + 1]).join("");
    return kinds.length ? make("mark", { className: kinds.join(" ") }, piece) : make("span", {}, piece);
  });
}

// --- one event
function claimBox(claim) {
  const article = data.articles[claim.article];
  const start = Math.min(claim.evidence[0], claim.citation ? claim.citation[0] : Infinity);
  const end = Math.max(claim.evidence[1], claim.citation ? claim.citation[1] : 0);
  const near = end - start < 600 ? [start, end] : claim.evidence;
  const open = make("button", { type: "button" }, word("in article"));
  open.addEventListener("click", () => read(claim));
  const from = [article.outlet || article.title, claim.outlets.length ? `${word("citation")}: ${claim.outlets.join(", ")}` : null,
    claim.speakers.length ? `${word("speakers")}: ${claim.speakers.join(", ")}` : null,
    claim.when ? `${claim.when}${claim.zone ? ` (${claim.zone})` : ""}` : word("undated"),
    claim.factuality === "fact" ? null : value(claim.factuality),
    ...claim.suspect.map((why) => `${word("suspect")}: ${why}`)].filter(Boolean);
  return make("div", { className: "claim" }, make("p", { className: "text", dir: "auto" }, ...marked(claim, ...near)),
    make("div", { className: "from" }, ...from.map((piece) => make("bdi", {}, piece)), open));
}

function conflictBox(conflict) {
  const [field, values] = conflict;
  const items = values.map(([told, claims, support]) => make("li", {}, make("b", {}, make("bdi", {}, told)), ` — ${claims.join(", ")}`,
    support ? make("span", { className: "note" }, ` (${word("support")}: ${support})`) : null));
  return make("div", { className: "conflicts" }, make("b", {}, `${word("conflict")}: ${word(`field.${field}`)}`), make("ul", {}, ...items));
}

function facts(event) {
  const rows = [[word("people"), event.people.map(([name, role]) => `${name} (${word(`role.${role}`)})`).join("、 ")],
    [word("place"), event.place], [word("amounts"), event.amounts.join("、 ")],
    [word("history"), event.history.length > 1 && new Set(event.history.map(([, fact]) => fact)).size > 1
      ? event.history.map(([at, fact]) => `${at || "?"}: ${value(fact)}`).join(" → ") : ""],
    [word("confidence"), event.confidence.toFixed(2)]].filter(([, told]) => told);
  return make("dl", { className: "facts" }, ...rows.flatMap(([term, told]) => [make("dt", {}, term), make("dd", {}, make("bdi", {}, told))]));
}

function eventBox(event) {
  const tags = [make("span", { className: "tag" }, value(event.type)),
    event.factuality === "fact" ? null : make("span", { className: `tag ${event.factuality}` }, value(event.factuality)),
    event.conflicts.length ? make("span", { className: "tag conflict" }, word("conflict")) : null];
  const outlets = event.outlets.length ? event.outlets.join(", ") : word("no outlet");
  const summary = make("summary", {}, make("b", {}, make("bdi", {}, titleOf(event))), " ", ...tags.flatMap((tag) => (tag ? [tag, " "] : [])),
    make("div", { className: "sources" }, make("bdi", {}, outlets), ` · ${event.articles.length} ${word("articles")}`));
  const node = make("details", { className: `event ${event.factuality}`, id: `e-${event.id}` }, summary);
  node.addEventListener("toggle", () => {
    if (!node.open || node.children.length > 1) return;
    node.append(facts(event), ...event.conflicts.map(conflictBox), ...event.claims.map((number) => claimBox(data.claims[number])));
  });
  return node;
}

// --- the list, by day
const weekday = (day) => {
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.valueOf()) || day.length < 10 ? "" : date.toLocaleDateString(language === "ja" ? "ja-JP" : "en-GB", { weekday: "short", timeZone: "UTC" });
};

function dayBox(day) {
  const head = make("h3", {}, day || word("undated"), make("small", {}, weekday(day)));
  const node = make("div", { className: "day" }, head, make("div", {}));
  node.dataset.day = day;
  return node;
}

function drawMore(least = PAGE) {
  const stop = Math.min(shown.length, drawn + least);
  for (; drawn < stop; drawn++) {
    const event = shown[drawn];
    let box = list.lastElementChild;
    if (!box || box.dataset.day !== event.day) list.append(box = dayBox(event.day));
    box.lastElementChild.append(eventBox(event));
  }
  document.getElementById("more").hidden = drawn >= shown.length;
}

function redraw() {
  list.replaceChildren();
  drawn = 0;
  drawMore();
  document.getElementById("status").textContent = `${shown.length} ${word("shown")}`;
  drawChart();
}

const haystacks = data.events.map((event) => [event.title, event.titleEn || "", ...event.people.map(([name]) => name), ...event.outlets,
  event.place || "", ...event.claims.map((n) => pointsOf(data.claims[n].article).slice(...data.claims[n].evidence).join(""))].join("\n").toLowerCase());

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  const words = wanted.words.toLowerCase().split(/\s+/).filter(Boolean);
  shown = data.events.filter((event, n) => (!wanted.type || event.type === wanted.type)
    && (!wanted.person || event.people.some(([name]) => name === wanted.person))
    && (!wanted.outlet || event.outlets.includes(wanted.outlet))
    && (!wanted.factuality || event.factuality === wanted.factuality)
    && (!wanted.conflicts || event.conflicts.length > 0)
    && words.every((piece) => haystacks[n].includes(piece)));
  redraw();
}

function go(event) {
  const place = shown.indexOf(event);
  if (place >= drawn) drawMore(place - drawn + 20);
  const node = document.getElementById(`e-${event.id}`);
  for (const other of list.querySelectorAll(".here")) other.classList.remove("here");
  node.classList.add("here");
  node.open = true;
  node.scrollIntoView({ block: "center" });
  node.firstElementChild.focus();
}

// --- the chart: a window of time over lanes
const timeOf = (event) => (event.day ? Date.parse(`${(event.day + "-01-01").slice(0, event.day.length > 7 ? 10 : event.day.length > 4 ? 10 : 10)}T00:00:00Z`) : NaN);
const times = new Map(data.events.map((event) => [event, timeOf(event)]));
const dated = data.events.filter((event) => !Number.isNaN(times.get(event)));
const sorted = dated.map((event) => times.get(event)).sort((a, b) => a - b);
const quantile = (share) => sorted[Math.round(share * (sorted.length - 1))];
const ends = sorted.length ? [sorted[0], sorted[sorted.length - 1] + DAY] : [0, DAY];
const bulk = sorted.length ? [quantile(0.08) - DAY, quantile(0.98) + 2 * DAY] : ends;
let view = [...bulk];

function lanesOf() {
  const byPerson = document.getElementById("lanes").value === "person";
  const names = byPerson ? (event) => event.people.map(([name]) => name) : (event) => [event.type];
  const counts = new Map();
  for (const event of shown) for (const name of names(event)) counts.set(name, (counts.get(name) || 0) + 1);
  const top = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, byPerson ? 9 : 18).map(([name]) => name);
  return { top, names, label: byPerson ? (name) => name : value };
}

function drawChart() {
  const wide = Math.max(320, chart.clientWidth || 900);
  const left = Math.min(150, wide * 0.3);
  const { top, names, label } = lanesOf();
  const rows = [...top, ""];
  const tall = rows.length * 22 + 26;
  chart.setAttribute("viewBox", `0 0 ${wide} ${tall}`);
  chart.style.height = "";
  const x = (time) => left + 10 + ((time - view[0]) / (view[1] - view[0])) * (wide - left - 24);
  const nodes = rows.flatMap((name, n) => (n < top.length ? [draw("line", { class: "lane", x1: left, x2: wide, y1: n * 22 + 14, y2: n * 22 + 14 }),
    draw("text", { x: 4, y: n * 22 + 18 }, clip(label(name), left))] : []));
  for (const [time, told] of ticks()) {
    nodes.push(draw("line", { class: "tick", x1: x(time), x2: x(time), y1: 4, y2: tall - 22 }), draw("text", { x: x(time) + 2, y: tall - 8 }, told));
  }
  const seats = new Map();
  for (const event of shown) {
    const time = times.get(event);
    if (Number.isNaN(time) || time < view[0] || time > view[1]) continue;
    const lane = top.findIndex((name) => names(event).includes(name));
    if (lane < 0) continue;
    const place = `${lane}/${Math.round(x(time) / 4)}`;
    const seat = seats.get(place) || 0;
    seats.set(place, seat + 1);
    const dot = draw("circle", { class: `${event.factuality}${event.conflicts.length ? " conflict" : ""}`, cx: x(time) + (seat % 4) * 3,
      cy: lane * 22 + 14 - (Math.floor(seat / 4) % 3) * 3, r: Math.min(8, 3.5 + Math.sqrt(event.claims.length)) }, draw("title", {}, `${event.when} ${titleOf(event)}`));
    dot.addEventListener("click", () => go(event));
    nodes.push(dot);
  }
  chart.replaceChildren(...nodes);
}

const clip = (text, width) => (Array.from(text).length * 11.5 > width ? `${Array.from(text).slice(0, Math.floor(width / 11.5) - 1).join("")}…` : text);

function ticks() {
  const span = (view[1] - view[0]) / DAY;
  const steps = [1, 2, 7, 14, 30.44, 91.3, 182.6, 365.25, 1826, 3652.5, 18262];
  const step = steps.find((days) => span / days <= 8) || 36525;
  const found = [];
  for (let time = Math.ceil(view[0] / (step * DAY)) * step * DAY; time <= view[1]; time += step * DAY) {
    const iso = new Date(time).toISOString();
    found.push([time, step > 300 ? iso.slice(0, 4) : step > 25 ? iso.slice(0, 7) : iso.slice(0, 10)]);
  }
  return found;
}

function zoom(how) {
  const [start, end] = view;
  const span = end - start;
  if (how === "in" && span > 3 * DAY) view = [start + span / 4, end - span / 4];
  if (how === "out") view = [start - span / 2, end + span / 2];
  if (how === "left") view = [start - span / 3, end - span / 3];
  if (how === "right") view = [start + span / 3, end + span / 3];
  if (how === "whole") view = [ends[0] - DAY, ends[1] + DAY];
  drawChart();
}

// --- the article
function read(claim) {
  const article = data.articles[claim.article];
  document.getElementById("reader-title").textContent = article.title;
  document.getElementById("reader-from").textContent = [article.outlet, article.published && `${word("published")} ${article.published}`, `${claim.article}/${claim.id}`]
    .filter(Boolean).join(" · ");
  const body = reader.querySelector(".body");
  body.replaceChildren(...marked(claim, 0, pointsOf(claim.article).length));
  reader.showModal();
  const trigger = body.querySelector(".trigger");
  if (trigger) trigger.scrollIntoView({ block: "center" });
}

// --- wiring
function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  for (const option of document.querySelectorAll("option[data-ja]")) option.textContent = option.dataset[chosen];
  document.title = `keii · ${word("title")}`;
  redraw();
}
for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => speak(button.dataset.language));
for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(button.dataset.zoom));
document.getElementById("lanes").addEventListener("change", drawChart);
document.getElementById("more").addEventListener("click", () => drawMore());
document.getElementById("close").addEventListener("click", () => reader.close());
reader.addEventListener("click", (click) => { if (click.target === reader) reader.close(); });
form.addEventListener("input", filter);
form.addEventListener("reset", () => setTimeout(filter));
form.addEventListener("submit", (submit) => submit.preventDefault());
addEventListener("resize", drawChart);
document.addEventListener("keydown", (press) => {
  if (press.key === "/" && !/INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) { press.preventDefault(); form.elements.words.focus(); }
});
redraw();
if (location.hash.startsWith("#e-")) {
  const wanted = data.events.find((event) => `#e-${event.id}` === location.hash);
  if (wanted) go(wanted);
}
