import { call } from "../shared/api.js";
import { announce, button, el } from "../shared/dom.js";
import { polling } from "../shared/poll.js";
import texts from "./texts.js";

const t = texts.gallery;
const GOOD_MS = 50 * 60_000; // signed addresses of files end after an hour

/** The visitor's pictures, newest first. `told` hears each; `expects()`: an upload waits for its picture. */
export function gallery({ told, expects, previewOf }) {
  const pictures = new Map(), tiles = new Map(), list = el("ul", { class: "gallery" });
  const none = el("p", { class: "quiet" }, t.none), more = button(t.more, () => load(next));
  const view = el("section", { class: "stack", "aria-labelledby": "gallery" },
    el("h2", { id: "gallery", class: "unseen" }, t.title), none, list, el("div", {}, more));
  const underWay = () => [...pictures.values()].filter(({ settled }) => !settled).map(({ image }) => image);
  let next = null;
  none.hidden = more.hidden = true;

  async function load(after) {
    const page = await call("GET", `api/pictures${after ? `?after=${after}` : ""}`);
    const changed = page.pictures.filter(take).length > 0;
    if (after === next) next = page.next;
    arrange();
    return { ...page, changed };
  }

  /** Read the newest, and further pages as long as they may hold one that is under way. */
  const refresh = polling(async () => {
    const waiting = new Set(underWay());
    let page, changed = false;
    do {
      page = await load(page?.next ?? null);
      page.pictures.forEach(({ image }) => waiting.delete(image));
      changed ||= page.changed;
    } while (waiting.size && page.next);
    return expects() || underWay().length ? changed : null;
  });

  function take(picture) {
    const { image, name, status } = picture, before = pictures.get(image), old = tiles.get(image);
    pictures.set(image, picture);
    told(picture);
    if (before?.status === status && Date.now() - old.made < GOOD_MS) return false;
    const fresh = Object.assign(tile(picture, previewOf(picture)), { made: Date.now() });
    const hadFocus = old?.contains(document.activeElement);
    old?.replaceWith(fresh);
    tiles.set(image, fresh);
    if (hadFocus) focus(image);
    if (before && before.status !== status && status === "READY") announce(t.ready(name));
    return true;
  }

  function arrange() {
    const order = [...pictures.values()].sort((one, other) => (one.uploaded_at < other.uploaded_at ? 1 : -1));
    order.map(({ image }) => tiles.get(image)).forEach((each, place) => {
      if (list.children[place] !== each) list.insertBefore(each, list.children[place] ?? null);
    });
    none.hidden = order.length > 0;
    more.hidden = !next;
  }

  function remove(image) {
    tiles.get(image)?.remove();
    pictures.delete(image);
    tiles.delete(image);
    arrange();
  }
  const focus = (image) => tiles.get(image)?.querySelector("a").focus();
  return { view, refresh, remove, focus };
}

function tile(picture, preview) {
  const source = (picture.renditions[0] ?? picture.master)?.url ?? preview;
  const word = picture.status !== "READY" && (t.status[picture.status] ?? picture.status_word);
  return el("li", {}, el("a", { href: `#/pictures/${picture.image}`, class: "tile" },
    el("span", { class: "frame", style: placeholder(picture) },
      source && el("img", { src: source, alt: "", loading: "lazy", decoding: "async", width: 320, height: 320 }),
      word && el("span", { class: picture.settled ? "badge wrong" : "badge" }, word)),
    el("span", { class: "name small" }, picture.name)));
}

/** What stands where a picture will be: its colour, and its few pixels. */
export function placeholder({ colour, lqip }) {
  return { backgroundColor: colour, backgroundImage: lqip && `url("${lqip}")` };
}
