import { call } from "../shared/api.js";
import { button, el, write } from "../shared/dom.js";
import { gallery } from "./gallery.js";
import texts from "./texts.js";
import { uploads } from "./uploads.js";

const t = texts.upload;

/** A visitor's own view: what is uploaded, and what is there. It lives on while one picture is looked at. */
export function makeHome(session) {
  const limits = el("p", { class: "quiet small" });
  const list = uploads({ open: (image) => { location.hash = `#/pictures/${image}`; }, arrived });
  const pictures = gallery({
    told: (picture) => list.queue.follow(picture),
    expects: () => list.queue.in("arrived").length > 0,
    previewOf: ({ upload }) => list.queue.items.find((item) => item.upload === upload)?.preview,
  });
  const view = el("div", { class: "home stack" }, el("h1", {}, t.title), el("section", { class: "intake" },
    el("div", { class: "row" },
      chooser(t.choose, { accept: "image/*,.heic,.heif", multiple: true, id: "files" }, "first"),
      chooser(t.camera, { accept: "image/*", capture: "environment", id: "camera" }, "touch"),
      chooser(t.folder, { webkitdirectory: true, id: "folder" }, "mouse")),
    el("p", { class: "small mouse" }, t.drop), limits,
    el("p", { class: "drop", "aria-hidden": "true" }, t.dropNow)), list.view, pictures.view);

  function chooser(label, properties, look) {
    const input = el("input", { type: "file", hidden: true, ...properties, onchange: () => {
      take([...input.files]);
      input.value = "";
    } });
    return [button(label, () => input.click(), look), input];
  }

  function take(files) {
    const given = files.filter(({ name }) => !name.startsWith(".")); // such as .DS_Store in a folder
    if (given.length) list.add(given, session);
  }

  async function arrived() {
    pictures.refresh();
    update(await call("GET", "api/session").catch(() => session));
  }

  function update(found) {
    session = found;
    write(limits, t.limits(session));
  }
  return { view, pictures, take, update, forget: () => list.queue.clear(true) };
}
