import { call } from "../shared/api.js";
import { announce, button, el, focusHeading, write } from "../shared/dom.js";
import { gallery } from "./gallery.js";
import { intake } from "./intake.js";
import { pictureView } from "./picture.js";
import { signIn } from "./signin.js";
import t from "./texts.js";
import { uploads } from "./uploads.js";

const place = document.getElementById("view"), top = document.getElementById("top");
const brand = el("a", { href: "#/", class: "brand row" },
  el("img", { src: "assets/shared/icon.svg", alt: "", width: 26, height: 26 }), t.brand);
const entitle = (name) => { document.title = `${name} – ${t.brand}`; };
let visitor = null, isIn = false, home = null, open = null;

function show(view, title) {
  open?.close();
  open = null;
  place.replaceChildren(view);
  entitle(title);
  focusHeading(view);
}
function atDoor(notice, token) {
  isIn = false;
  top.replaceChildren(brand);
  show(signIn({ token, notice, entered: enter }), t.signIn.title);
  if (notice) announce(notice);
}

function enter(session) {
  if (visitor !== session.email) { // what a session that has ended has not sent is still there for the same visitor
    home?.forget();
    home = makeHome(session);
  }
  [visitor, isIn] = [session.email, true];
  home.update(session);
  home.pictures.refresh();
  top.replaceChildren(brand, el("div", { class: "row" },
    el("span", { class: "quiet small email" }, session.email), button(t.signOut, signOut, "plain")));
  follow();
}
async function signOut() {
  await call("DELETE", "api/session").catch(() => null);
  home.forget();
  visitor = null;
  history.replaceState(null, "", "#/");
  atDoor(t.signedOut);
}

/** Show what the address names: the link of a mail, one picture, or else all of them. */
function follow() {
  const [, token] = location.hash.match(/^#token=([\w.-]+)$/) ?? [];
  const [, image] = location.hash.match(/^#\/pictures\/([\w-]+)$/) ?? [];
  if (token) {
    history.replaceState(null, "", "#/"); // a token must not stay in the address
    atDoor("", token);
  } else if (isIn && image) showPicture(image);
  else if (isIn) {
    const before = open?.image;
    show(home.view, t.upload.title);
    home.pictures.focus(before);
  }
  return token;
}

function showPicture(image) {
  const removed = (name) => {
    home.pictures.remove(image);
    location.hash = "#/";
    announce(t.picture.deleted(name));
  };
  open?.close();
  open = pictureView(image, { named: entitle, removed });
  place.replaceChildren(open.view);
}

/** A visitor's own view: what is uploaded, and what is there. It lives on while one picture is looked at. */
function makeHome(session) {
  const limits = el("p", { class: "quiet small" });
  const list = uploads({ open: ({ image }) => { location.hash = `#/pictures/${image}`; }, arrived });
  const pictures = gallery({
    told: (picture) => list.queue.follow(picture),
    expects: () => list.queue.in("arrived").length > 0,
    previewOf: ({ upload }) => list.queue.items.find((item) => item.upload === upload)?.preview,
  });
  const view = el("div", { class: "home stack" }, el("h1", {}, t.upload.title), el("section", { class: "intake" },
    el("div", { class: "row" },
      chooser(t.upload.choose, { accept: "image/*,.heic,.heif", multiple: true, id: "files" }, "first"),
      chooser(t.upload.camera, { accept: "image/*", capture: "environment", id: "camera" }, "touch"),
      chooser(t.upload.folder, { webkitdirectory: true, id: "folder" }, "mouse")),
    el("p", { class: "small mouse" }, t.upload.drop), limits,
    el("p", { class: "drop", "aria-hidden": "true" }, t.upload.dropNow)), list.view, pictures.view);

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
    write(limits, t.upload.limits(session));
  }
  const isSending = () => list.queue.in("waiting", "checking", "sending").length > 0;
  return { view, pictures, take, update, isSending, forget: () => list.queue.clear(true) };
}

addEventListener("signedout", () => isIn && atDoor(t.sessionEnded));
addEventListener("hashchange", follow);
addEventListener("beforeunload", (event) => home?.isSending() && event.preventDefault());
intake(() => isIn && !open, (files) => home.take(files));
if (!follow()) call("GET", "api/session").then(enter, ({ status }) => atDoor(status === 401 ? "" : t.offline));
