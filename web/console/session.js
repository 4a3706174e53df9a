import { call } from "../shared/api.js";
import { button, el } from "../shared/dom.js";
import t from "./texts.js";

const SECRET = "secret"; // of this tab alone: other ports of this machine are other origins, and have their own storage

/** Trade the address's token for a secret, which this tab keeps. */
export async function enter() {
  const [, token] = location.hash.match(/^#([\w-]+)$/) ?? [];
  if (token) {
    history.replaceState(null, "", "#/"); // a token must not stay in the address
    sessionStorage.setItem(SECRET, (await call("POST", "api/session", { token })).secret);
  }
  call.headers = { authorization: ["Bearer", sessionStorage.getItem(SECRET)].join(" ") };
}

/** Show a file of the console's, once it is near what is seen. Where it cannot be had, its place and colour stay. */
export function shown(url, properties) {
  const image = el("img", { ...properties, onload: () => URL.revokeObjectURL(image.src) });
  new IntersectionObserver(async ([{ isIntersecting }], watch) => {
    if (!isIntersecting) return;
    watch.disconnect();
    const answer = await fetch(url, { headers: call.headers }).catch(() => null);
    if (answer?.ok) image.src = URL.createObjectURL(await answer.blob());
  }, { rootMargin: "200px" }).observe(image);
  return image;
}

/** What went wrong, as a sentence, and what to do about it. */
export function inWords({ message, status, hint }) {
  const text = [message || (status === 0 ? t.offline : t.failed), hint].filter(Boolean).join(": ");
  return text[0].toUpperCase() + text.slice(1).replace(/[^.!?]$/, "$&.");
}

/** A view: where it came from, a heading, what went wrong, and what `draw` makes of what `ask` has found. */
export function view(title, from, shell) {
  const heading = el("h1", {}, title), wrong = el("p", { class: "notice wrong", role: "alert" });
  const body = el("div", { class: "stack wide" }, el("p", { class: "quiet" }, t.loading));
  const back = from && el("a", { class: "small", href: `#/${from}?${shell.asked[from] ?? ""}` }, t.views[from]);
  const node = el("article", { class: "stack wide" }, from && el("p", {}, back), heading, wrong, body);
  const say = (problem) => (wrong.textContent = problem && inWords(problem));
  let turn = 0;
  const name = (text) => { [heading.textContent, document.title] = [text, `${text} – ${t.brand}`]; };
  async function read(ask, draw) {
    const mine = ++turn, [found, problem = ""] = await Promise.all([ask(), view.ready]).catch((error) => [null, error]);
    if (mine !== turn) return; // another filter is asked for meanwhile
    if (say(problem)) return;
    const named = (node) => node?.name || node?.getAttribute("href"), kept = named(document.activeElement);
    body.replaceChildren(...[draw(found)].flat().filter(Boolean));
    [...body.querySelectorAll("a, input, select")].find((node) => kept && named(node) === kept)?.focus();
  }
  /** Do what a button is for, or say why it could not be done. */
  const attempt = (work) => work().then((done) => { say(""); return done; }, say);
  /** A button that adds the next page of a list, as long as there is one. */
  function more({ next }, kind, list, line, params) {
    const made = el("div", { hidden: !next }, button(t.more, () => attempt(async () => {
      const found = await call("GET", `api/${kind}?${new URLSearchParams([...params, ["cursor", next]])}`);
      list.append(...found[kind].map(line));
      made.hidden = !(next = found.next);
    })));
    return made;
  }
  name(title);
  return { node, body, name, read, attempt, more };
}

export const at = (time, words) => el("time", { datetime: time, title: time }, words);
export const link = (path, query, words) => el("a", { href: address(path, query) }, words);
export function address(path, query) {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return `#/${path}${asked.size ? `?${asked}` : ""}`;
}

/** A form that keeps what is asked for in the address. `fields` are `[name, label, choices or a kind, hint]`. */
export function filter(path, fields, params, first = fields.length) {
  const made = fields.map(([name, label, kind = "text", hint]) => el("label", {}, el("span", {}, label),
    Array.isArray(kind) ? el("select", { name }, [...new Set(["", ...kind, params.get(name) ?? ""])]
      .map((value) => el("option", { value }, value || t.any)))
      : el("input", { name, type: kind, placeholder: hint, autocomplete: "off", spellcheck: "false" })));
  const go = () => { location.hash = address(path, Object.fromEntries(new FormData(form))); };
  const rest = fields.slice(first), open = rest.some(([name]) => params.get(name));
  const form = el("form", { class: "filter", onchange: go, onsubmit: (event) => event.preventDefault() },
    made.splice(0, first), rest.length > 0 && el("details", { open }, el("summary", {}, t.pictures.more), made));
  for (const [name] of fields) form.elements[name].value = params.get(name) ?? "";
  return form;
}
