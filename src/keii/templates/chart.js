// Events over time: lanes, marks that gather what would overlap, a window of time that is moved and zoomed.
const SVG = "http://www.w3.org/2000/svg";
const LANE = 26;
const ROOM = 23;
const SHAPES = {
  fact: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
  planned: "M0 -5.5L5.5 4.5H-5.5z",
  possible: "M0 -6.5L6.5 0L0 6.5L-6.5 0z",
  negated: "M-5 -3L-3 -5L0 -2L3 -5L5 -3L2 0L5 3L3 5L0 2L-3 5L-5 3L-2 0z",
};
const draw = (tag, attributes, ...children) => {
  const node = document.createElementNS(SVG, tag);
  for (const [name, told] of Object.entries(attributes)) node.setAttribute(name, told);
  node.append(...children);
  return node;
};
const symbol = (kind) => draw("svg", { viewBox: "-7 -7 14 14", width: 14, height: 14, "aria-hidden": "true" }, 
  kind === "conflict" ? draw("circle", { class: "ring", r: 5.5 }) : SHAPES[kind] ? draw("path", { d: SHAPES[kind], class: kind })
    : draw("g", { class: kind }, draw("circle", { r: 6.5 }), draw("text", { "text-anchor": "middle", y: 3 }, "2")));

// --- time: a date as told, from its first instant to the end of its last; an end that is open is null
const point = (text) => {
  const found = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d))?(?::(\d\d))?/.exec(text);
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const at = (y, m, d) => new Date(0).setUTCFullYear(y, m, d);
  if (month === undefined) return [at(year, 0, 1), at(year + 1, 0, 1)];
  if (day === undefined) return [at(year, month - 1, 1), at(year, month, 1)];
  const start = at(year, month - 1, day);
  if (hour === undefined) return [start, start + DAY];
  return minute === undefined ? [start + hour * 3600000, start + (hour + 1) * 3600000]
    : [start + hour * 3600000 + minute * 60000, start + hour * 3600000 + (minute + 1) * 60000];
};
function spanOf(value) {
  if (!value) return null;
  const [first, last] = value.includes("/") ? value.split("/") : [value, value];
  const [from, to] = [point(first), point(last)];
  return from || to ? [from && from[0], to && to[1]] : null;
}

// --- ticks: on the calendar, as many as there is room for
const UNITS = [["hour", 1], ["hour", 3], ["hour", 6], ["hour", 12], ["day", 1], ["day", 2], ["day", 7], ["month", 1], ["month", 3], ["month", 6],
  ["year", 1], ["year", 2], ["year", 5], ["year", 10], ["year", 25], ["year", 50], ["year", 100], ["year", 500], ["year", 1000]];
const LENGTH = { hour: DAY / 24, day: DAY, month: 30.4 * DAY, year: 365.25 * DAY };
const TICKS = { hour: { day: "numeric", hour: "2-digit", minute: "2-digit" }, day: { month: "short", day: "numeric" },
  month: { year: "numeric", month: "short" }, year: { year: "numeric" } };
const WIDTH = { hour: 105, day: 80, month: 85, year: 55 };
function ticks([start, end], wide) {
  const [unit, n] = UNITS.find(([name, many]) => ((end - start) / (LENGTH[name] * many)) * WIDTH[name] <= wide) || UNITS[UNITS.length - 1];
  const shape = calendar({ ...TICKS[unit], hourCycle: "h23" });
  const found = [];
  const date = new Date(start);
  const monday = n === 7 ? 4 * DAY : 0;
  const step = LENGTH[unit] * n;
  const at = (i) => {
    if (unit === "year") return new Date(0).setUTCFullYear((Math.floor(date.getUTCFullYear() / n) + i) * n, 0, 1);
    if (unit === "month") return new Date(0).setUTCFullYear(date.getUTCFullYear(), (Math.floor(date.getUTCMonth() / n) + i) * n, 1);
    return Math.floor((start - monday) / step) * step + monday + i * step;
  };
  for (let i = 0; at(i) <= end; i++) if (at(i) >= start) found.push([at(i), shape.format(at(i))]);
  return found;
}

// --- the chart: `lanesOf(event)` names the lanes it stands in, `choose(events)` is called with those of a mark
function chart({ box, rows, lanesOf, laneWord, most, titleOf, choose, told }) {
  const spans = new Map(rows.map((event) => [event, spanOf(event.when)]));
  const center = (event) => {
    const [from, to] = spans.get(event);
    if (from === null || to === null) return from ?? to - 1;
    return event.when.includes("/") ? from : (from + to) / 2;
  };
  const places = new Map(rows.filter((event) => spans.get(event)).map((event) => [event, center(event)]));
  const ordered = [...places.keys()].sort((a, b) => places.get(a) - places.get(b));
  const extent = (events) => {
    const ends = events.flatMap((event) => (spans.get(event) || []).filter((end) => end !== null));
    if (!ends.length) return [0, DAY];
    const [first, last] = [ends.reduce((a, b) => Math.min(a, b)), ends.reduce((a, b) => Math.max(a, b))];
    const margin = Math.max(DAY / 2, (last - first) * 0.02);
    return [first - margin, last + margin];
  };
  const whole = extent(rows);
  let shown = rows;
  let visible = new Set(rows);
  let broad = box.clientWidth; // kept: read after the list has changed, it would have all of it laid out
  let view = bulk();

  // The shortest stretch that holds nine of ten events, if it is far shorter than the whole: where to begin reading.
  function bulk() {
    const sorted = ordered.map((event) => places.get(event));
    const many = Math.ceil(sorted.length * 0.9);
    let best = [0, sorted.length - 1];
    for (let i = 0; i + many <= sorted.length; i++) {
      if (sorted[i + many - 1] - sorted[i] < sorted[best[1]] - sorted[best[0]]) best = [i, i + many - 1];
    }
    const [first, last] = best.map((i) => sorted[i]);
    const margin = Math.max(DAY, (last - first) * 0.05);
    return sorted.length && (last - first + 2 * margin) * 3 < whole[1] - whole[0] ? [first - margin, last + margin] : [...whole];
  }

  function lanes() {
    const counts = tally(shown.filter((event) => places.has(event)).flatMap(lanesOf));
    return byCount(counts).slice(0, most());
  }

  function redraw() {
    const wide = Math.max(300, broad);
    const left = Math.min(150, wide * 0.28);
    const names = lanes();
    const tall = names.length * LANE + 30;
    const x = (time) => left + 12 + ((time - view[0]) / (view[1] - view[0])) * (wide - left - 24);
    const nodes = names.flatMap((name, n) => [
      draw("line", { class: "lane", x1: left, x2: wide, y1: (n + 0.5) * LANE, y2: (n + 0.5) * LANE }),
      draw("text", { x: 6, y: (n + 0.5) * LANE + 4 }, clip(laneWord(name), left - 10), draw("title", {}, laneWord(name))),
    ]);
    for (const [time, name] of ticks(view, wide - left)) {
      nodes.push(draw("line", { class: "tick", x1: x(time), x2: x(time), y1: 2, y2: tall - 22 }));
      if (x(time) < wide - 70) nodes.push(draw("text", { x: x(time) + 3, y: tall - 9 }, name));
    }
    const inner = draw("svg", { x: left, y: 0, width: wide - left, height: tall - 20, viewBox: `${left} 0 ${wide - left} ${tall - 20}` });
    const rowOf = new Map(names.map((name, n) => [name, (n + 0.5) * LANE]));
    const marks = new Map();
    for (const event of ordered) {
      if (!visible.has(event)) continue;
      const place = x(places.get(event));
      for (const y of lanesOf(event).map((name) => rowOf.get(name)).filter(Boolean)) {
        const bar = band(event, x, y);
        if (bar) inner.append(bar);
        if (place < left || place > wide) continue;
        if (!marks.has(y)) marks.set(y, []);
        gather(marks.get(y), event, place);
      }
    }
    for (const [y, row] of marks) inner.append(...row.map(({ events, middle }) => mark(events, middle, y)));
    box.replaceChildren(draw("svg", { viewBox: `0 0 ${wide} ${tall}`, width: "100%", height: tall, "aria-hidden": "true" }, ...nodes, inner));
    told(count(names));
  }

  // Events come in order of time: one joins the mark before it where there is no room for two.
  function gather(row, event, place) {
    const last = row[row.length - 1];
    if (!last || place - last.middle >= ROOM) return row.push({ events: [event], middle: place });
    last.events.push(event);
    return (last.middle += (place - last.middle) / last.events.length);
  }

  function count(names) {
    const dated = shown.filter((event) => places.has(event));
    const here = dated.filter((event) => places.get(event) >= view[0] && places.get(event) <= view[1]);
    const drawn = here.filter((event) => lanesOf(event).some((name) => names.includes(name)));
    return { in: drawn.length, outside: here.length - drawn.length, before: dated.filter((event) => places.get(event) < view[0]).length,
      after: dated.filter((event) => places.get(event) > view[1]).length, undated: shown.length - dated.length };
  }

  function band(event, x, y) {
    const [from, to] = spans.get(event);
    const [start, end] = [from === null ? x(to) - 22 : x(from), to === null ? x(from) + 22 : x(to)];
    const last = x(view[1]) + 12;
    if (end - start < 14 || end < x(view[0]) - 12 || start > last) return null;
    const shape = { class: `band ${event.factuality}${from === null || to === null ? " open" : ""}`, y: y - 2, height: 4 };
    return draw("rect", { ...shape, x: Math.max(start, -100), width: Math.min(end, last + 100) - Math.max(start, -100) });
  }

  function mark(events, x, y) {
    const kinds = new Set(events.map((event) => event.factuality));
    const kind = kinds.size === 1 ? [...kinds][0] : "mixed";
    const many = events.length > 1;
    const size = !many ? 6 : events.length < 10 ? 8 : events.length < 100 ? 9.5 : 12;
    const titles = events.slice(0, 8).map(titleOf);
    if (events.length > 8) titles.push("…");
    const node = draw("g", { class: `mark ${kind}`, transform: `translate(${x.toFixed(1)} ${y})` }, draw("title", {}, titles.join("\n")));
    if (events.some((event) => event.conflicts.length)) node.append(draw("circle", { class: "ring", r: size + 2.5 }));
    node.append(many ? draw("circle", { r: size }) : draw("path", { d: SHAPES[kind] }));
    if (many) node.append(draw("text", { "text-anchor": "middle", y: 3.8 }, String(events.length)));
    node.addEventListener("click", () => choose(events));
    return node;
  }

  function clip(text, width) {
    let room = width;
    let kept = "";
    for (const letter of text) {
      room -= letter < "\u2000" ? 7 : 12;
      if (room < 12) return `${kept}…`;
      kept += letter;
    }
    return kept;
  }

  // --- moving
  function look(start, end) {
    const span = Math.min(Math.max(end - start, DAY / 4), (whole[1] - whole[0]) * 1.2);
    const middle = Math.min(Math.max((start + end) / 2, whole[0]), whole[1]);
    view = [middle - span / 2, middle + span / 2];
    later();
  }
  let waiting = false;
  function later() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      redraw();
    });
  }
  // What buttons and keys zoom about: the middle one of the events in view
  function heart() {
    const here = ordered.filter((event) => visible.has(event) && places.get(event) >= view[0] && places.get(event) <= view[1]);
    return here.length ? places.get(here[here.length >> 1]) : (view[0] + view[1]) / 2;
  }
  function zoom(how, around = heart()) {
    const [start, end] = view;
    const step = (end - start) / 3;
    const scaled = (by) => look(around - (around - start) * by, around + (end - around) * by);
    if (how === "in") scaled(0.6);
    if (how === "out") scaled(1 / 0.6);
    if (how === "left") look(start - step, end - step);
    if (how === "right") look(start + step, end + step);
    if (how === "whole") look(...whole);
    if (how === "fit") look(...extent(shown));
  }
  const KEYS = { "+": "in", "=": "in", ";": "in", "-": "out", ArrowLeft: "left", ArrowRight: "right", 0: "whole", Home: "whole" };
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    zoom(KEYS[event.key]);
  });
  box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { left, width } = box.getBoundingClientRect();
    const plot = Math.min(150, width * 0.28) + 12;
    const share = Math.min(1, Math.max(0, (event.clientX - left - plot) / (width - plot - 12)));
    zoom(event.deltaY < 0 ? "in" : "out", view[0] + share * (view[1] - view[0]));
  }, { passive: false });
  let held = null;
  box.addEventListener("pointerdown", (event) => {
    if (event.button === 0) held = { x: event.clientX, view, moved: false };
  });
  box.addEventListener("pointermove", (event) => {
    if (!held) return;
    const by = event.clientX - held.x;
    if (!held.moved && Math.abs(by) < 5) return;
    if (!held.moved) box.setPointerCapture(event.pointerId);
    held.moved = true;
    const time = (by / (box.clientWidth * 0.8)) * (held.view[1] - held.view[0]);
    look(held.view[0] - time, held.view[1] - time);
  });
  for (const end of ["pointerup", "pointercancel"]) box.addEventListener(end, () => (held = null));
  new ResizeObserver(([entry]) => {
    broad = entry.contentRect.width;
    later();
  }).observe(box);
  return {
    zoom,
    spans,
    show: (events) => {
      shown = events;
      visible = new Set(events);
      redraw();
    },
  };
}
