import { call } from "../shared/api.js";
import { announce, button, el, focusHeading } from "../shared/dom.js";
import { makeHome } from "./home.js";
import { intake } from "./intake.js";
import { pictureView } from "./picture.js";
import { signIn } from "./signin.js";
import t from "./texts.js";

const place = document.getElementById("view"), top = document.getElementById("top");
const brand = el("a", { href: "#/", class: "brand" },
  el("img", { src: "assets/shared/icon.svg", alt: "", width: 26, height: 26 }), t.brand);
let visitor = null, isIn = false, home = null, open = null;

const entitle = (name) => { document.title = `${name} – ${t.brand}`; };

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
  route();
}

async function signOut() {
  await call("DELETE", "api/session").catch(() => null);
  home.forget();
  visitor = null;
  history.replaceState(null, "", "#/");
  atDoor(t.signedOut);
}

function route() {
  const [, image] = location.hash.match(/^#\/pictures\/([\w-]+)$/) ?? [], before = open?.image;
  if (!image) {
    show(home.view, t.upload.title);
    return home.pictures.focus(before);
  }
  const removed = (name) => {
    home.pictures.remove(image);
    location.hash = "#/";
    announce(t.picture.deleted(name));
  };
  open?.close();
  open = pictureView(image, { named: entitle, removed });
  return place.replaceChildren(open.view);
}

/** Show what the address names. Returns whether that is the link of a mail: its token must not stay in the address. */
function follow() {
  const [, token] = location.hash.match(/^#token=([\w.-]+)$/) ?? [];
  if (token) {
    history.replaceState(null, "", "#/");
    atDoor("", token);
  } else if (isIn) route();
  return token;
}

addEventListener("signedout", () => isIn && atDoor(t.sessionEnded));
addEventListener("hashchange", follow);
intake(() => isIn && !open, (files) => home.take(files));
if (!follow()) call("GET", "api/session").then(enter, ({ status }) => atDoor(status === 401 ? "" : t.offline));
