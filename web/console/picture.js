import { call } from "../shared/api.js";
import { announce, ask, button, el, table } from "../shared/dom.js";
import { ago } from "../shared/format.js";
import { facts } from "./letter.js";
import { at, link, shown, view } from "./session.js";
import texts from "./texts.js";

const t = texts.picture;

/** One picture: what has become of it and when, its files, and what an operator says of one that is held back. */
export function picture(shell, image) {
  const path = `api/pictures/${encodeURIComponent(image)}`, page = view(texts.views.pictures, "pictures", shell);
  const follow = () => page.read(() => call("GET", path), draw);

  function draw(found) {
    const { key, status, held, reason, failures, recipe, origin, acts, stages, trace, uploaded_at: uploaded } = found;
    page.name(key);
    return el("div", { class: "beside" }, el("div", { class: "stack wide" },
      (reason ? failures : []).map(({ actor, reason: why, detail }) => el("p", { class: "notice wrong" },
        link("letters", { actor, key }, actor), ` ${why}: ${detail}`)), figure(found),
      found.judgeable && !shell.readOnly && judging(key),
      bars(t.timeline, stages.map((each) => ({ ...each, ended: new Date(each.at) - new Date(stages[0].at) }))),
      trace && bars(t.trace, trace.map((each) => ({ ...each, who: each.actor, what: each.failure?.reason ?? "",
        ended: each.offset_ms + each.worked_ms, is_failure: each.failure })))),
    el("aside", { class: "stack" }, facts([[t.status, status], [t.held, held ?? found.moderation],
      [t.uploaded, uploaded && at(uploaded, ago(uploaded))], [t.recipe, recipe], [t.origin, origin],
      [t.size, found.width && t.pixels(found)], ...Object.entries(found.camera), [t.id, found.image]]),
    acts.length > 0 && table(t.history, [[t.what, ({ act, actor }) => `${act} ${actor}`], [t.by, ({ by }) => by],
      [t.when, (each) => at(each.at, ago(each.at))]], acts)));
  }
  function judging(key) {
    const original = el("input", { type: "checkbox" }), judge = async (judgement) => {
      const sure = { title: t.sure(key), text: t.sureAbout(original.checked), yes: t.reject, no: t.no };
      if (judgement === "rejected" && !await ask(sure)) return;
      await page.attempt(async () => {
        await call("POST", `${path}/judgement`, { judgement, delete_original: original.checked });
        announce(t.judged(judgement));
        setTimeout(follow, 2000); // the catalog hears of it within a second or two
      });
    };
    return el("div", { class: "row" }, button(t.approve, () => judge("approved"), "first"),
      button(t.reject, () => judge("rejected"), "danger wrong"), el("label", { class: "row" }, original, t.original));
  }
  follow();
  return { node: page.node, follow };
}

function figure({ held, master, renditions, colour, key }) {
  const files = master ? [...renditions, master] : renditions;
  if (!files.length) return el("p", { class: "notice" }, t.none);
  const frame = el("div", { class: held ? "large blurred" : "large" });
  const choose = ({ url, width, height }) => frame.replaceChildren(shown(url, { alt: key, width, height, class: "whole",
    style: { backgroundColor: colour, maxWidth: `min(${width}px, ${(55 * width) / height}vh)` } }));
  const blur = button(t.show, () => { blur.textContent = frame.classList.toggle("blurred") ? t.show : t.hide; });
  choose(files.at(-1));
  return el("div", { class: "seen" }, el("div", { class: "stack" }, frame, held && el("div", { class: "row" },
    blur, t.blurred)), el("div", {}, table(t.files, [[t.file, (each) => button(each.name, () => choose(each), "plain")],
      [t.format, ({ type }) => type.replace("image/", "").toUpperCase()], [t.size, t.pixels, true],
      [t.weight, (each) => t.bytes(each.bytes), true]], files)));
}

/** Who did what when, and how long each waited and worked, drawn to one scale; times in milliseconds. */
function bars(title, rows) {
  const begun = (row) => row.ended - row.worked_ms - row.queued_ms, begin = Math.min(0, ...rows.map(begun));
  const share = (ms) => `${(100 * ms) / Math.max(...rows.map(({ ended }) => ended - begin), 1)}%`;
  const part = (look, from, ms) => el("span", { class: look, style: { left: share(from - begin), width: share(ms) } });
  rows.sort((one, other) => one.ended - other.ended);
  return table(title, [[t.who, ({ who }) => who], [t.what, ({ what }) => what],
    [t.after, (row) => t.took(row.ended), true], [t.queued, (row) => t.took(row.queued_ms), true],
    [t.worked, (row) => t.took(row.worked_ms), true],
    [t.drawn, (row) => el("span", { class: row.is_failure ? "bar failed" : "bar", "aria-hidden": "true" },
      part("", begun(row), row.queued_ms), part("worked", row.ended - row.worked_ms, row.worked_ms))]], rows);
}
