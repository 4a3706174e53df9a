import { call } from "../shared/api.js";
import { el, focusHeading } from "../shared/dom.js";
import { letter } from "./letter.js";
import { history, letters } from "./letters.js";
import { overview } from "./overview.js";
import { picture } from "./picture.js";
import { pictures } from "./pictures.js";
import { enter, inWords, view } from "./session.js";
import t from "./texts.js";
import { work } from "./work.js";

const place = document.getElementById("view"), top = document.getElementById("top");
const VIEWS = { letters: [letters, letter], pictures: [pictures, picture], history: [history], "": [overview] };
// What all views know: whether anything may be changed, which letters and pictures were looked at last, what runs.
const shell = { readOnly: false, asked: {}, work: work(() => open.follow?.()) };
let path = null, open = null;

function show(made) {
  open?.close?.();
  open = made;
  place.replaceChildren(made.node);
  focusHeading(made.node);
}
function door(said) {
  sessionStorage.clear();
  top.replaceChildren();
  const made = view(t.door);
  made.body.textContent = said;
  show(made);
}

/** Show what the address names: a view, its parts, and what is asked of it. */
function follow() {
  const [named, query] = location.hash.slice(2).split("?"), [first, ...parts] = named.split("/");
  const [all, one] = VIEWS[first] ?? VIEWS[""];
  if (!parts.length) shell.asked[first] = new URLSearchParams(query);
  for (const each of top.querySelectorAll("nav a")) each.ariaCurrent = each.hash === `#/${first}` ? "page" : null;
  if (named === path) open.follow?.(); // another filter: the view stays
  else show((parts.length && one ? one : all)(shell, ...parts.map(decodeURIComponent)));
  path = named;
}

async function begin() {
  await enter();
  top.replaceChildren(
    el("a", { href: "#/", class: "brand row" },
      el("img", { src: "assets/shared/icon.svg", alt: "", width: 26, height: 26 }), t.brand),
    el("nav", { class: "row", "aria-label": t.brand }, Object.entries(t.views).map(([name, words]) => (
      el("a", { href: `#/${name}` }, words)))), el("p", { class: "quiet small row" }));
  view.ready = call("GET", "api/overview").then(({ stack, where, read_only: readOnly }) => {
    shell.readOnly = readOnly;
    top.lastChild.append(`${stack} · ${where}`, el("b", { class: "mark", hidden: !readOnly }, t.readOnly));
  }, () => null); // the view says what went wrong
  place.before(shell.work.node);
  shell.work.look();
  follow();
}

addEventListener("signedout", () => open && door(t.closed));
addEventListener("hashchange", () => {
  if (!location.hash.startsWith("#/")) location.reload(); // a new address of a console that was started again
  else if (top.firstChild) follow();
});
begin().catch((problem) => door(inWords(problem)));
