import { call } from "../shared/api.js";
import { announce, ask, button, el, focusHeading, table } from "../shared/dom.js";
import { ago, bytes, date, seconds } from "../shared/format.js";
import { polling } from "../shared/poll.js";
import { inWords } from "./files.js";
import { placeholder } from "./gallery.js";
import texts from "./texts.js";

const t = texts.picture;

/** One picture's own view. `named` hears what it is called; `removed` is called when it is deleted. */
export function pictureView(image, { named, removed }) {
  const view = el("article", { class: "stack picture" }), path = `api/pictures/${image}`;
  let shown = null, isOpen = true;
  polling(async () => {
    const picture = await call("GET", path).catch((problem) => ({ problem }));
    const { problem, name, status, stages: done } = picture;
    if (!isOpen) return null;
    if (problem && !shown) draw(t.missing, el("p", {}, problem.status === 404 ? t.missingAbout : inWords(problem)));
    if (problem) return problem.status === 404 ? null : false;
    const changed = status !== shown?.status || done.length !== shown.stages.length;
    if (changed) drawPicture(picture);
    if (changed && shown && status === "READY") announce(texts.gallery.ready(name));
    shown = picture;
    return picture.settled ? null : changed;
  })();

  function draw(title, ...parts) {
    const isFirst = !view.firstChild;
    view.replaceChildren(el("p", { class: "small" }, el("a", { href: "#/" }, t.back)), el("h1", {}, title), ...parts);
    named(title);
    if (isFirst) focusHeading(view);
  }
  function drawPicture(picture) {
    const { name, markup: forms, renditions: files, stages: done } = picture;
    const said = el("p", { class: "wrong", role: "alert" });
    const remove = async () => {
      if (!await ask({ title: t.sure(name), text: t.sureAbout, yes: t.yes, no: t.no })) return;
      await call("DELETE", path).then(() => removed(name), (problem) => { said.textContent = inWords(problem); });
    };
    draw(name, el("div", { class: "beside" }, el("div", { class: "stack wide" }, figure(picture),
      forms && markup(forms), files.length && renditions(files), done.length && stages(done, picture.uploaded_at)),
    el("aside", { class: "stack" }, facts(picture), button(t.delete, remove, "danger wrong"), said)));
  }
  return { image, view, close: () => { isOpen = false; } };
}

function figure(picture) {
  const { master, reason, settled, status_word: word, name, alt } = picture;
  if (!master) return el("p", { class: settled ? "notice wrong" : "notice" }, settled ? reason ?? word : t.processing);
  const { url, width, height } = master;
  const style = { ...placeholder(picture), maxWidth: `min(${width}px, ${(76 * width) / height}vh)` };
  return el("img", { src: url, width, height, alt: alt || name, class: "whole", style });
}

function facts({ uploaded_at: at, bytes: size, master, alt }) {
  const rows = [[t.uploaded, el("time", { datetime: at, title: date(at) }, ago(at))], [t.original, bytes(size)]];
  if (master) rows.push([t.dimensions, t.pixels(master.width, master.height)], [t.alt, alt || t.noAlt]);
  return el("dl", { class: "stack" }, rows.map(([dt, dd]) => el("div", {}, el("dt", {}, dt), el("dd", {}, dd))));
}

function markup(forms) {
  const code = el("code"), there = Object.keys(t.forms).filter((form) => forms[form]);
  const choose = (form) => { code.textContent = forms[form]; };
  const choices = there.map((form, place) => el("label", {},
    el("input", { type: "radio", name: "form", checked: !place, onchange: () => choose(form) }), t.forms[form]));
  choose(there[0]);
  const copy = button(t.copy, async () => {
    await navigator.clipboard.writeText(code.textContent);
    announce(t.copied);
    copy.textContent = t.copied;
    setTimeout(() => { copy.textContent = t.copy; }, 2000);
  });
  return el("section", { class: "stack" },
    el("div", { class: "row apart" }, el("h2", { id: "markup" }, t.markup), copy),
    el("fieldset", { class: "row" }, el("legend", { class: "unseen" }, t.form), choices),
    el("pre", { tabindex: 0, role: "group", "aria-labelledby": "markup" }, code));
}

const renditions = (files) => table(t.renditions, [
  [t.file, ({ url, name }) => el("a", { href: url, target: "_blank", rel: "noopener" }, name)],
  [t.type, ({ type }) => type.replace("image/", "").toUpperCase()],
  [t.dimensions, ({ width, height }) => `${width} × ${height}`, true],
  [t.bytes, (file) => bytes(file.bytes), true],
], files);

const stages = (done, begun) => table(t.stages, [
  [t.step, ({ name }) => name],
  [t.took, (stage) => seconds(stage.seconds), true],
  [t.after, ({ at }) => seconds(Math.max(Date.parse(at) - Date.parse(begun), 0) / 1000), true],
], done);
