import { call } from "../shared/api.js";
import { button, el } from "../shared/dom.js";
import { ago } from "../shared/format.js";
import { address, at, filter, link, view } from "./session.js";
import texts from "./texts.js";

const t = texts.letters;

/** Dead letters: all of them by actor and reason, and those that are like the filter in the address. */
export function letters(shell) {
  const page = view(texts.views.letters), follow = () => page.read(() => Promise.all([
    call("GET", `api/letters?${shell.asked.letters}`), call("GET", "api/history?limit=6").catch((why) => why)]), draw);

  function draw([{ groups, total, saw_all: sawAll, ...found }, done]) {
    const params = shell.asked.letters, { actor, ...only } = Object.fromEntries(params);
    const names = (what, of = groups) => [...new Set(of.map((each) => each[what]))];
    const [of, another] = names("actor", groups.filter((each) => each.actor === (actor || each.actor)
      && each.reason === (only.reason || each.reason)));
    const list = el("ul", { class: "rows" }, found.letters.map(line));
    const act = (name) => page.attempt(() => shell.work.begin({ act: name, actor: of, filter: only }));
    const buttons = another ? el("p", { class: "quiet" }, t.chooseOne) : el("div", { class: "row" },
      button(t.yes("redrive", total), () => act("redrive"), "first"),
      button(t.yes("discard", total), () => act("discard"), "danger wrong"));
    return el("div", { class: "beside" }, el("div", { class: "stack wide" },
      !sawAll && el("p", { class: "notice" }, t.notAll),
      el("section", { class: "stack" }, el("h2", {}, t.groups), groups.length
        ? el("ul", { class: "rows" }, groups.map((each) => group(each, actor, only.reason))) : el("p", {}, t.none)),
      groups.length > 0 && el("section", { class: "stack" },
        el("div", { class: "row apart" }, el("h2", {}, params.size ? t.count(total) : t.all(total)),
          params.size > 0 && link("letters", {}, texts.clear)),
        filter("letters", [["actor", t.actor, names("actor")], ["reason", t.reason, names("reason")],
          ["key", t.key, "text", t.keyHint], ["image", t.image], ["since", t.since, t.ages]], params),
        !shell.readOnly && total > 0 && buttons, total > 0 ? list : el("p", {}, t.noneSo),
        page.more(found, "letters", list, line, params))),
    el("aside", { class: "stack" }, el("h2", {}, t.recent), operations(done), link("history", {}, t.allHistory)));
  }
  follow();
  return { node: page.node, follow };
}

const group = ({ actor, reason, count, expires_at: end, oldest_at: oldest, ...more }, ofActor, ofReason) => el("li",
  { class: "group" }, el("b", { class: "count number" }, texts.number(count)), el("div", {},
    el("p", { class: "row" }, el("a", { href: address("letters", { actor, reason }),
      "aria-current": actor === ofActor && reason === ofReason && "true" }, el("b", {}, reason)),
    el("span", { class: "mark" }, actor)),
    el("p", { class: "small" }, more.explanation || more.example_detail),
    more.example_key && el("p", { class: "small quiet name" }, t.example(more.example_key))),
  el("p", { class: "small when" }, at(end, texts.left(end)), el("br"),
    el("span", { class: "quiet" }, t.age(ago(oldest)))));

const line = ({ id, actor, reason, detail, key, kind, since, ...more }) => el("li", { class: "letter" },
  el("a", { href: `#/letters/${actor}/${id}` }, key || kind || id),
  el("p", { class: "small name", title: detail }, el("b", {}, reason), ` ${detail}`),
  el("p", { class: "small quiet" }, [actor, ago(since), t.facts(more)].filter(Boolean).join(" · ")));

/** What operators have done, the newest first. */
export function history() {
  const page = view(texts.views.history);
  const follow = () => page.read(() => call("GET", "api/history?limit=100"), operations);
  follow();
  return { node: page.node, follow };
}

const operations = (done) => (done.length ? el("ul", { class: "rows" }, done.map((each) => el("li", { class: "letter" },
  el("p", {}, el("b", {}, each.command), ` ${each.where}`),
  el("p", { class: "small" }, t.outcomes(each)),
  el("p", { class: "small quiet" }, at(each.begun_at, ago(each.begun_at)), ` · ${each.by} · ${each.id}`),
))) : el("p", { class: "quiet" }, done.message || t.nothing)); // or why it is not read
