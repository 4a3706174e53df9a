import { call } from "../shared/api.js";
import { announce, button, el, table } from "../shared/dom.js";
import { ago } from "../shared/format.js";
import { at, link, view } from "./session.js";
import texts from "./texts.js";

const t = texts.letter;

/** One dead letter: why it is one, its message, and what would change before it is sent back. */
export function letter(shell, actor, id) {
  const path = `api/letters/${actor}/${id}`, page = view(t.body, "letters", shell);
  page.read(() => call("GET", path), (found) => {
    page.name(found.key || found.kind || found.id);
    const body = el("textarea", { id: "body", spellcheck: "false", readonly: shell.readOnly,
      rows: Math.min(found.body.split("\n").length + 1, 30), oninput: () => outcome.replaceChildren() }, found.body);
    const outcome = el("div", { class: "stack", role: "status" });
    const edit = (send) => page.attempt(async () => {
      const { diff, mistake } = await call("POST", `${path}/edit`, { body: body.value, send });
      if (send) announce(t.sent);
      if (send) location.hash = `#/letters?${shell.asked.letters ?? ""}`;
      else outcome.replaceChildren(el("h2", {}, t.diff), diff.length ? difference(diff) : t.same, mistake
        ? el("p", { class: "notice wrong" }, mistake)
        : el("div", { hidden: !diff.length }, button(t.send(found.to), () => edit(true), "first")));
    });
    return el("div", { class: "beside" }, el("div", { class: "stack wide" },
      el("p", { class: "notice wrong" }, el("b", {}, found.reason), ` ${found.detail}`),
      found.explanation && el("p", {}, found.explanation),
      el("section", { class: "stack" }, el("h2", {}, el("label", { for: "body" }, t.body)), body,
        !shell.readOnly && el("div", { class: "row" }, button(t.compare, () => edit(false)),
          el("p", { class: "quiet small" }, t.editing)), outcome),
      found.lineage.length > 0 && table(t.lineage, [[t.when, (each) => at(each.at, ago(each.at))],
        [t.by, ({ by }) => by], [t.reason, ({ reason }) => reason]], found.lineage)),
    el("aside", { class: "stack" }, facts([
      [t.since, at(found.since, ago(found.since))], [t.expires, at(found.expires_at, texts.left(found.expires_at))],
      [t.attempts, found.attempts && String(found.attempts)], [t.kind, found.kind],
      [t.picture, found.image && link(`pictures/${found.image}`, {}, found.record?.status_word ?? found.image)],
      [t.trace, found.trace], [t.id, found.id]]), el("details", {}, el("summary", {}, t.attributes),
      facts(Object.entries(found.attributes)))));
  });
  return { node: page.node };
}

export const facts = (rows) => el("dl", { class: "stack" }, rows.filter(([, value]) => value).map(([name, value]) => (
  el("div", {}, el("dt", {}, name), el("dd", {}, value)))));

const difference = (lines) => el("pre", { class: "diff", tabindex: 0, role: "group", "aria-label": t.diff },
  lines.slice(2).map((each) => el({ "+": "ins", "-": "del" }[each[0]] ?? "span", {}, each)));
