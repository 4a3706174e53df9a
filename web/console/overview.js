import { call } from "../shared/api.js";
import { announce, button, el, write } from "../shared/dom.js";
import { polling } from "../shared/poll.js";
import { link, view } from "./session.js";
import texts from "./texts.js";

const t = texts.overview, ORIGIN = "s3";
const PORT = 24, LANE = 13, BEND = 8; // where lines meet a card, how far apart they run, how round they turn

/** The chain as it is declared, each actor with how it is doing now. */
export function overview() {
  const page = view(texts.views[""]), alerts = el("ul", { class: "alerts row" });
  const drawing = document.getElementById("lines").content.firstElementChild.cloneNode(true);
  const cards = new Map([[ORIGIN, el("li", { class: "source" }, t.source)]]);
  const chain = el("ul", { class: "chain", "aria-label": t.chain });
  let lines = [], last = "", isOpen = true;
  const look = polling(async () => {
    const before = last, found = await page.attempt(() => call("GET", "api/overview"));
    if (!found || !isOpen) return isOpen ? false : null;
    if (cards.size === 1) lay(found);
    for (const actor of found.actors) cards.get(actor.name).show(actor);
    for (const { line, to } of lines) line.classList.toggle("busy", cards.get(to).isBusy);
    last = JSON.stringify({ ...found, at: 0 });
    if (last !== before) alerts.replaceChildren(...alerting(found));
    return last !== before;
  }, { least: 2000 });

  /** Lay the cards out by how far each is from the bucket. */
  function lay({ actors, edges, read_only: readOnly }) {
    const turn = (name, state) => page.attempt(async () => {
      await call("POST", `api/actors/${name}`, { state });
      announce(t.did(name, state));
      await look();
    });
    for (const { name, purpose } of actors) {
      const heard = edges.filter(({ from, to }) => to === name && from !== name).map(({ from }) => from);
      cards.set(name, card(name, purpose, [...new Set(heard)], !readOnly && turn));
    }
    const columns = distances(actors, edges), rows = {};
    const onward = (name) => edges.filter(({ from }) => from === name).length;
    for (const name of [...cards.keys()].sort((a, b) => onward(b) - onward(a))) {
      const column = columns.get(name), row = rows[column] = (rows[column] ?? 0) + 1;
      Object.assign(cards.get(name).style, { gridColumn: column + 1, gridRow: row });
    }
    const pairs = new Map(edges.filter(({ from, to }) => from !== to && cards.has(from) && cards.has(to))
      .map((edge) => [`${edge.from} ${edge.to}`, edge]));
    lines = [...pairs.values()].map(({ from, to }) => ({ from, to, isNext: columns.get(to) === columns.get(from) + 1,
      line: drawing.appendChild(drawing.lastElementChild.cloneNode()) }));
    chain.append(...cards.values());
    page.body.replaceChildren(alerts, el("div", { class: "drawn" }, drawing, chain));
    new ResizeObserver(() => connect(lines, cards, chain)).observe(chain);
  }
  look();
  return { node: page.node, close: () => { isOpen = false; }, follow: look };
}

function card(name, purpose, heard, turn) {
  const numbers = ["waiting", "inFlight", "oldest", "rate"].map((each) => [each, el("dd")]);
  const dead = link("letters", { actor: name }), state = el("b", { class: "small wrong" });
  const isPaused = () => /paused$/.test(made.dataset.state); // partly, too
  const flip = button(t.pause, () => turn(name, isPaused() ? "running" : "paused"), "plain");
  const made = el("li", { class: "actor" }, el("h2", { title: purpose }, name),
    el("p", { class: "hears quiet small" }, t.hears(heard.map((each) => (each === ORIGIN ? t.source : each)))),
    el("dl", {}, numbers.map(([each, value]) => el("div", {}, el("dt", {}, t[each]), value))),
    el("p", { class: "small" }, dead), el("div", { class: "row apart" }, turn && flip, state));
  made.show = ({ state: now, waiting, in_flight: inFlight, oldest, per_minute: rate, dead_letters: count }) => {
    const said = { waiting, inFlight, oldest, rate: rate && Math.round(rate) };
    for (const [each, value] of numbers) write(value, said[each]?.toLocaleString("en") ?? t.unknown);
    made.isBusy = inFlight > 0;
    made.dataset.state = now;
    made.classList.toggle("failing", count > 0);
    write(state, now === "running" ? "" : now);
    write(dead, count ? t.letters(count) : t.none);
    write(flip, isPaused() ? t.resume : t.pause);
    flip.ariaLabel = t.named(flip.textContent, name);
  };
  return made;
}

function alerting({ actors, undelivered }) {
  const buried = actors.reduce((sum, { dead_letters: count }) => sum + count, 0);
  const found = [buried && link("letters", {}, t.buried(buried)),
    undelivered && link("letters", { actor: "undelivered" }, t.undelivered(undelivered)),
    ...actors.map(({ name, state, waiting }) => state !== "running" && t.held(name, state, waiting)),
    ...actors.map(({ name, expiring }) => expiring && t.expiring(name))].filter(Boolean);
  return (found.length ? found : [t.well]).map((each) => el("li", { class: !found.length && "well" }, each));
}

/** How many steps each is from the bucket; who hears nobody comes after the one before. Steps back do not count. */
function distances(actors, edges) {
  const found = new Map([[ORIGIN, 0]]);
  let before = 0;
  for (const { name } of actors) {
    const heard = edges.filter(({ from, to }) => to === name && found.has(from)).map(({ from }) => found.get(from));
    found.set(name, before = 1 + (heard.length ? Math.max(...heard) : before));
  }
  return found;
}

/** Draw who tells whom: to the next column straight, to any other along a lane below all cards. */
function connect(lines, cards, chain) {
  const origin = chain.getBoundingClientRect(), lanes = [...new Set(lines.filter((l) => !l.isNext).map((l) => l.to))];
  for (const { from, to, line, isNext } of lines) {
    const [a, b] = [from, to].map((name) => cards.get(name).getBoundingClientRect()), lane = lanes.indexOf(to);
    const [x1, x2] = [a.right - origin.left, b.left - origin.left];
    const [y1, y2] = [a, b].map(({ top }) => top - origin.top + PORT + (isNext ? 0 : LANE)), middle = (x1 + x2) / 2;
    const out = x1 + BEND + 4 * lane, into = x2 - BEND - 6 - 4 * lane, y = origin.height + LANE * (lane + 1);
    const way = Math.sign(into - out) * BEND;
    line.setAttribute("d", isNext ? `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
      : `M${x1} ${y1}H${out - BEND}q${BEND} 0 ${BEND} ${BEND}V${y - BEND}q0 ${BEND} ${way} ${BEND}H${into - way}`
        + `q${way} 0 ${way} ${-BEND}V${y2 + BEND}q0 ${-BEND} ${BEND} ${-BEND}H${x2}`);
    line.classList.toggle("lane", !isNext);
  }
}
