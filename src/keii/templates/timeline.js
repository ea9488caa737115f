// The words of dates, of reasons and of numbers
const FACTS = ["fact", "planned", "possible", "negated"];
const colon = () => (language === "ja" ? "：" : ": ");
const comma = () => (language === "ja" ? "、" : ", ");
const numbered = (key, n) => word(key).replace("{n}", n);
const isolated = (text) => make("bdi", {}, text);
const titleOf = (event) => (language === "en" && event.titleEn) || event.title;
const titleNode = (event) => make("bdi", { lang: titleOf(event) === event.title ? "ja" : "en" }, titleOf(event));

const spellDay = (day) => spellPoint(day, { weekday: undefined });
function spellPoint(text, but = {}) {
  const found = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(.*))?$/.exec(text);
  if (!found) return text;
  const [, year, month, day, time] = found;
  const clock = time ? ` ${time.length > 2 ? time : `${Number(time)}${language === "ja" ? "時" : ":00"}`}` : "";
  const at = new Date(`${year}-${month || "01"}-${day || "01"}T00:00:00Z`);
  if (Number.isNaN(at.valueOf())) return text;
  const parts = { year: "numeric", ...(month && { month: language === "ja" ? "long" : "short" }), ...(day && { day: "numeric", weekday: "short" }) };
  return calendar({ ...parts, ...but }).format(at) + clock;
}
const between = (before, ja, en) => (language === "ja" ? before + ja : en + before);
function spell(value) {
  const [first, last] = value.split("/");
  if (last === undefined) return spellPoint(first);
  if (first === "..") return between(spellPoint(last), "以前", "by ");
  if (last === "..") return between(spellPoint(first), "以降", "from ");
  return `${spellPoint(first)}${language === "ja" ? "〜" : " – "}${spellPoint(last, last.length > 4 && first.slice(0, 4) === last.slice(0, 4) ? { year: undefined } : {})}`;
}
function spellZone(zone) {
  if (!zone) return "";
  try {
    const parts = calendar({ timeZone: zone, timeZoneName: "longGeneric" }).formatToParts(0);
    return parts.find((part) => part.type === "timeZoneName").value;
  } catch {
    return zone;
  }
}
const aside = (told) => (language === "ja" ? `（${told}）` : ` (${told})`);
const zoned = (told, zone) => (zone ? told + aside(spellZone(zone)) : told);

const REASONS = Object.keys(data.labels).filter((key) => key.startsWith("reason.")).map((key) => {
  const pattern = key.slice(7).split("*").map((part) => part.replace(/[^\w\s]/g, "\\$&")).join("(.{1,80}?)");
  return [new RegExp(`^${pattern}$`), key];
});
const because = (why) => why.split("; ").map((reason) => {
  const [pattern, key] = REASONS.find(([one]) => one.test(reason)) || [];
  return key ? reason.replace(pattern, word(key)) : reason;
}).join(comma());

// --- one event: what it is, who says what, the evidence article by article
const articleName = (name) => {
  const { title, outlet } = data.articles[name] || { title: name };
  return outlet && language === "ja" ? `${outlet}「${title}」` : outlet ? `${outlet}: ${title}` : title;
};
const button = (text, action) => {
  const node = make("button", { type: "button" }, text);
  node.addEventListener("click", action);
  return node;
};

// The evidence and, where it stands elsewhere, the citation
function excerpt(claim) {
  const [start, end] = claim.evidence;
  const [from, to] = claim.citation || claim.evidence;
  if (from > end + 20) return [...marked(claim.article, claim, start, end), " … ", ...marked(claim.article, claim, from, to)];
  if (to < start - 20) return [...marked(claim.article, claim, from, to), " … ", ...marked(claim.article, claim, start, end)];
  return marked(claim.article, claim, Math.min(start, from), Math.max(end, to));
}

function evidence(event, place) {
  const claim = data.claims[event.claims[place]];
  const date = claim.when ? zoned(spell(claim.when), claim.zone) + (claim.date ? "" : ` · ${word(`date.${claim.from}`)}`) : word("undated");
  const from = [date, claim.outlets.length ? `${word("citation")}${colon()}${claim.outlets.join(comma())}` : null,
    claim.speakers.length ? `${word("speakers")}${colon()}${claim.speakers.join(comma())}` : null,
    claim.factuality === event.factuality ? null : valueWord(claim.factuality)].filter(Boolean);
  return make("div", { className: "claim" }, make("p", { className: "text", dir: "auto", lang: "ja" }, ...excerpt(claim)),
    ...claim.suspect.map(([field, why]) => make("p", { className: "doubt" }, `${word("suspect")}${aside(word(`field.${field}`))}${colon()}`, isolated(because(why)))),
    make("div", { className: "from" }, ...from.map(isolated), button(word("in article"), () => read(event, place))));
}

function evidences(event) {
  const articles = new Map();
  event.claims.forEach((number, place) => {
    const name = data.claims[number].article;
    articles.set(name, [...(articles.get(name) || []), place]);
  });
  return [...articles].map(([name, places]) => {
    const { outlet, published, title } = data.articles[name];
    const from = [outlet, published && word("published").replace("{date}", spellDay(published.slice(0, 10)))].filter(Boolean);
    return make("section", { className: "article" }, make("h4", {}, isolated(title), ...from.map((told) => make("small", {}, isolated(told)))),
      ...places.map((place) => evidence(event, place)));
  });
}

function conflictBox(event, [field, values]) {
  const items = values.map(([told, claims, support]) => {
    const articles = [...new Set(claims.map((number) => data.claims[number].article))];
    const sources = articles.map((name) => {
      const place = event.claims.indexOf(claims.find((number) => data.claims[number].article === name));
      return place < 0 ? isolated(articleName(name)) : button(isolated(articleName(name)), () => read(event, place));
    });
    const value = field === "factuality" ? valueWord(told) : field === "date" ? spell(told) : told;
    return make("li", {}, make("b", {}, isolated(value)), support ? make("span", { className: "support" }, ` ← ${because(support)}`) : null,
      make("div", { className: "tellers" }, ...sources));
  });
  return make("div", { className: "conflicts" }, make("b", {}, `${word("conflict")}${colon()}${word(`field.${field}`)}`), make("ul", {}, ...items));
}

function facts(event) {
  const turns = event.history.filter(([, fact], n) => n === 0 || fact !== event.history[n - 1][1]);
  const turn = ([at, fact, claim]) => {
    const told = at ? spellDay(at.slice(0, 10)) : claim === null ? "" : articleName(data.claims[claim].article);
    return valueWord(fact) + (told && aside(told));
  };
  const rows = [["participants", event.people.map(([name, role]) => name + aside(word(`role.${role}`))).join(comma())],
    ["place", event.place], ["amounts", event.amounts.join(comma())],
    ["outlets.cited", event.outlets.length ? event.outlets.join(comma()) + aside(numbered("independent.n", event.independent)) : ""],
    ["first", event.articles.length > 1 && event.first ? articleName(event.first) : ""],
    ["history", turns.length > 1 ? turns.map(turn).join(" → ") : ""],
    ["confidence", event.confidence.toFixed(2)]].filter(([, told]) => told);
  return make("dl", { className: "facts" }, ...rows.map(([term, told]) => make("div", {}, make("dt", {}, word(term)), make("dd", {}, isolated(told)))));
}

function sources(event) {
  const names = event.outlets.length ? event.outlets : event.articles.map((name) => data.articles[name]?.title || name);
  const rest = names.length > 4 ? comma() + numbered("more.n", names.length - 3) : "";
  const many = event.articles.length === 1 ? word("articles.1") : numbered("articles.n", event.articles.length);
  return make("span", { className: "sources" }, isolated(names.slice(0, rest ? 3 : 4).join(comma()) + rest), ` · ${many}`);
}

function moment(event) {
  if (!event.when || event.when === event.day) return null;
  const clock = event.when.startsWith(`${event.day}T`) && !event.when.includes("/") ? spellPoint(event.when).split(" ").pop() : spell(event.when);
  return make("span", { className: "moment" }, zoned(clock, event.zone));
}

const opened = new Set();
function eventBox(event, index) {
  const tags = [make("span", { className: "tag" }, valueWord(event.type)),
    event.factuality === "fact" ? null : make("span", { className: `tag ${event.factuality}` }, symbol(event.factuality), valueWord(event.factuality)),
    event.conflicts.length ? make("span", { className: "tag conflict" }, word("conflict")) : null];
  const summary = make("summary", {}, moment(event), make("b", {}, titleNode(event)), ...tags, sources(event));
  const node = make("details", { className: `event ${event.factuality}` }, summary);
  node.dataset.index = index;
  node.dataset.event = event.id;
  node.addEventListener("toggle", () => {
    if (!node.open) opened.delete(event.id);
    else fill(node, event);
  });
  if (opened.has(event.id)) {
    fill(node, event);
    node.open = true;
  }
  return node;
}
function fill(node, event) {
  opened.add(event.id);
  if (node.children.length > 1) return;
  const link = make("a", { href: `#e/${encodeURIComponent(event.id)}`, className: "link" }, word("link"));
  node.append(make("div", { className: "inside" }, ...event.conflicts.map((conflict) => conflictBox(event, conflict)), facts(event), ...evidences(event), link));
}

// --- the list, by day
function dayBox(day) {
  const rough = { 4: "month unknown", 7: "day unknown" }[day.length];
  const head = make("h3", {}, day ? spellPoint(day) : word("undated"), rough ? make("small", {}, word(rough)) : null);
  const node = make("div", { className: "day" }, head, make("div", {}));
  node.dataset.day = day;
  return node;
}
function put(list, event, index, later) {
  let box = later ? list.lastElementChild : list.firstElementChild;
  if (!box || box.dataset.day !== event.day) list[later ? "append" : "prepend"](box = dayBox(event.day));
  box.lastElementChild[later ? "append" : "prepend"](eventBox(event, index));
}

// --- filters
const TOP = 300;
const persons = new Set(data.persons);
const names = (event, kind) => [...new Set(event.people.map(([name]) => name).filter((name) => persons.has(name) === (kind === "person")))];
const outletsOf = (event) => [...new Set([...event.outlets, ...event.articles.map((name) => data.articles[name]?.outlet)].filter(Boolean))];
const reaches = (event, since, until) => {
  const span = chartOf.spans.get(event);
  return Boolean(span) && (span[0] ?? span[1] - 1) < until && (span[1] ?? span[0] + 1) > since;
};
const fits = {
  type: (event, value) => event.type === value,
  person: (event, value) => event.people.some(([name]) => name === value),
  organisation: (event, value) => event.people.some(([name]) => name === value),
  outlet: (event, value) => outletsOf(event).includes(value),
  factuality: (event, value) => event.factuality === value,
  since: (event, value) => reaches(event, Date.parse(value), Infinity),
  until: (event, value) => reaches(event, -Infinity, Date.parse(value) + DAY),
  conflicts: (event) => event.conflicts.length > 0,
};
function choices() {
  const counted = (found, told = (key) => key) => byCount(found).slice(0, TOP).map((key) => [key, `${told(key)} (${found.get(key)})`]);
  return {
    type: counted(tally(data.events.map((event) => event.type)), valueWord),
    person: counted(tally(data.events.flatMap((event) => names(event, "person")))),
    organisation: counted(tally(data.events.flatMap((event) => names(event, "organisation")))),
    outlet: counted(tally(data.events.flatMap(outletsOf))),
    factuality: counted(tally(data.events.map((event) => event.factuality)), valueWord),
  };
}
const said = (event) => [event.title, event.titleEn || "", event.when || "", valueWord(event.type), event.place || "", ...event.amounts,
  ...event.people.map(([name]) => name), ...outletsOf(event), ...event.articles.map((name) => data.articles[name]?.title || name),
  ...event.claims.map((n) => cut(data.claims[n].article, ...data.claims[n].evidence))];

// --- the chart
const lanes = document.getElementById("lanes");
const picked = document.getElementById("picked");
const chartOf = chart({
  box: document.getElementById("chart"), rows: data.events,
  titleOf: (event) => `${spell(event.when)} ${titleOf(event)}`,
  lanesOf: (event) => (lanes.value === "type" ? [event.type] : names(event, lanes.value)),
  laneWord: (name) => (lanes.value === "type" ? valueWord(name) : name),
  most: () => (lanes.value === "type" ? 18 : 12),
  choose: (events) => (events.length === 1 ? page.visit(events[0]) : pick(events)),
  told: (counts) => {
    const parts = Object.entries(counts).filter(([key, n]) => n || key === "in").map(([key, n]) => numbered(`chart.${key}`, n));
    document.getElementById("chart-told").textContent = parts.join(" · ");
  },
});
function pick(events) {
  const items = events.slice(0, 40).map((event) => {
    const link = make("a", { href: `#e/${encodeURIComponent(event.id)}` }, titleNode(event));
    link.addEventListener("click", (click) => {
      click.preventDefault();
      page.visit(event);
    });
    const conflict = event.conflicts.length ? make("span", { className: "tag conflict" }, word("conflict")) : null;
    return make("li", {}, symbol(event.factuality), make("span", { className: "moment" }, zoned(spell(event.when), event.zone)), link, " ", conflict ?? "");
  });
  if (events.length > 40) items.push(make("li", {}, numbered("more.n", events.length - 40)));
  picked.replaceChildren(make("p", {}, make("b", {}, numbered("picked", events.length)), button(word("close"), () => (picked.hidden = true))), make("ul", {}, ...items));
  picked.hidden = false;
}

// --- the article
const reader = document.getElementById("reader");
let turn = null;
function read(event, place) {
  turn = { event, place };
  const claim = data.claims[event.claims[place]];
  const { title, outlet, published, url } = data.articles[claim.article];
  document.getElementById("reader-title").replaceChildren(isolated(title));
  const from = [outlet, published && word("published").replace("{date}", spellDay(published.slice(0, 10))), `${claim.article}/${claim.id}`].filter(Boolean).map(isolated);
  if (url) from.push(make("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, word("original")));
  document.getElementById("reader-from").replaceChildren(...from.flatMap((node, n) => (n ? [" · ", node] : [node])));
  document.getElementById("reader-place").textContent = `${place + 1} / ${event.claims.length}`;
  for (const turner of reader.querySelectorAll("[data-turn]")) turner.disabled = !(place + Number(turner.dataset.turn) in event.claims);
  const text = document.getElementById("reader-text");
  text.replaceChildren(...marked(claim.article, claim, data.articles[claim.article].body || 0, sizeOf(claim.article)));
  if (!reader.open) reader.showModal();
  text.querySelector(".trigger")?.scrollIntoView({ block: "center" });
}

// --- wiring
const page = browse({
  rows: data.events, size: 60, prefix: "#e/", nameOf: (event) => event.id, known: (event) => event.formerly, put, said, fits, choices,
  arrived: (node, event) => {
    for (const other of document.querySelectorAll(".event.here")) other.classList.remove("here");
    node.classList.add("here");
    fill(node, event);
    node.open = true;
    node.scrollIntoView({ block: "start" });
  },
  changed: (events) => {
    for (const option of document.querySelectorAll("option[data-ja]")) option.textContent = option.dataset[language];
    const shapes = [...FACTS.map((kind) => [kind, valueWord(kind)]), ["mixed", word("mixed")], ["conflict", word("conflict")]];
    document.getElementById("shapes").replaceChildren(...shapes.map(([kind, name]) => make("span", {}, symbol(kind), ` ${name}`)));
    if (data.period) document.getElementById("period").textContent = data.period.map((day) => spellDay(day)).join(" – ");
    picked.hidden = true;
    chartOf.show(events);
  },
});
for (const node of document.querySelectorAll("[data-zoom]")) node.addEventListener("click", () => chartOf.zoom(node.dataset.zoom));
for (const node of document.querySelectorAll("[data-turn]")) node.addEventListener("click", () => read(turn.event, turn.place + Number(node.dataset.turn)));
lanes.addEventListener("change", () => page.filter());
document.getElementById("close").addEventListener("click", () => reader.close());
reader.addEventListener("click", (click) => {
  if (click.target === reader) reader.close();
});
document.addEventListener("keydown", (press) => {
  if (press.key !== "Escape" || reader.open) return;
  picked.hidden = true;
  const event = document.activeElement?.closest("details.event");
  if (!event) return document.activeElement?.blur();
  event.open = false;
  event.firstElementChild.focus();
});
