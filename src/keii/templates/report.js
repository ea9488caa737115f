const causeWord = (cause) => {
  const [field, rest] = [cause.split(".")[0], cause.slice(cause.indexOf(".") + 1)];
  return rest.includes("→") ? `${word(field)}: ${rest.split("→").map(valueWord).join(" → ")}` : word(`cause.${cause}`);
};
const toldWord = (name, told) => {
  if (name === "type" || name === "factuality") return valueWord(told);
  return name === "agent_patient" ? told.replace(/(^|, )(agent|patient)=/g, (_, before, role) => `${before}${word(`role.${role}`)}: `) : told;
};
const nameOf = (row) => `${row.article}/${row.gold ? "g" : "p"}.${(row.gold || row.pred).id}`;


function excerpt(article, claim) {
  const length = sizeOf(article);
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
    const text = make("p", { className: "text" }, ...marked(row.article, claim, 0, sizeOf(row.article)));
    const box = make("div", { className: "whole", tabIndex: 0, role: "group", ariaLabel: data.articles[row.article].title }, text);
    details.append(box);
    const trigger = box.querySelector(".trigger");
    if (trigger) box.scrollTop = trigger.offsetTop - box.offsetTop - 80;
  });
  return details;
}

function card(row, index) {
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

// --- the list
const said = (row) => [data.articles[row.article].title, ...[row.gold, row.pred].filter(Boolean).flatMap((claim) => [
  nameOf(row), claim.event || "", valueWord(claim.type), cut(row.article, ...claim.evidence), ...Object.values(claim.told),
])];
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
function choices() {
  const rows = data.rows;
  const types = tally(rows.flatMap((row) => [...new Set([row.gold, row.pred].filter(Boolean).map((claim) => claim.type))]));
  const causes = tally(rows.flatMap((row) => row.causes));
  const articles = tally(rows.map((row) => row.article));
  return {
    verdict: ["right", "partly", "missed", "false", "duplicate"].map((key) => [key, word(key)]),
    field: data.strict.map((key) => [key, word(key)]),
    type: byCount(types).map((key) => [key, `${valueWord(key)} (${types.get(key)})`]),
    article: [...articles.keys()].map((key) => [key, `${key} ${data.articles[key].title}`]),
    confidence: BANDS.map((key) => [key, `${key}–${(Number(key) + 0.1).toFixed(1)}`]),
    cause: byCount(causes).map((key) => [key, `${causeWord(key)} (${causes.get(key)})`]),
    change: ["new", "better", "worse", "lost", "false"].map((key) => [key, word(`change.${key}`)]),
  };
}

const page = browse({
  rows: data.rows, size: 20, prefix: "#c/", nameOf, said, fits, choices,
  put: (list, row, index, later) => list[later ? "append" : "prepend"](card(row, index)),
});
for (const button of document.querySelectorAll("[data-cause]")) {
  button.addEventListener("click", () => {
    page.clear();
    page.form.elements.cause.value = button.dataset.cause;
    page.filter();
    document.getElementById("review").scrollIntoView();
    page.form.elements.cause.focus({ preventScroll: true });
  });
}
