import { call } from "../shared/api.js";
import { announce, button, el } from "../shared/dom.js";
import { polling } from "../shared/poll.js";
import texts from "./texts.js";

const t = texts.gallery;
const GOOD_MS = 50 * 60_000; // signed addresses of files end after an hour

/** The visitor's pictures, newest first. `told` hears each; `expects()`: an upload waits for its picture. */
export function gallery({ told, expects, previewOf }) {
  const tiles = new Map(), list = el("ul", { class: "gallery" }); // each tile knows its picture, and when it was made
  const none = el("p", { class: "quiet" }, t.none), more = button(t.more, () => read(tiles.size + 1));
  const view = el("section", { class: "stack", "aria-labelledby": "gallery" },
    el("h2", { id: "gallery", class: "unseen" }, t.title), none, list, el("div", {}, more));
  const isUnderWay = () => [...tiles.values()].some(({ picture }) => !picture.settled);
  none.hidden = more.hidden = true;
  /** Read at least so many of the newest, if there are. Returns whether one has changed. */
  async function read(wanted) {
    let next = null, seen = 0, changed = false;
    do {
      const page = await call("GET", `api/pictures${next ? `?after=${next}` : ""}`);
      changed = page.pictures.filter(take).length > 0 || changed;
      seen += page.pictures.length;
      next = page.next;
    } while (next && seen < wanted);
    none.hidden = tiles.size > 0;
    more.hidden = !next;
    return changed;
  }
  const refresh = polling(async () => {
    const changed = await read(tiles.size);
    return expects() || isUnderWay() ? changed : null;
  });

  function take(picture) {
    const { image, name, status, upload } = picture, old = tiles.get(image), isOther = old?.picture.status !== status;
    told(picture);
    if (!isOther && Date.now() - old.made < GOOD_MS) return false;
    const fresh = tile(picture, previewOf(picture));
    old?.firstChild.replaceChildren(...fresh.firstChild.childNodes); // the link keeps the focus
    tiles.set(image, Object.assign(old ?? fresh, { picture, made: Date.now() }));
    // The names of uploads are in the order of time, the newest first.
    if (!old) list.insertBefore(fresh, [...list.children].find((each) => each.picture.upload > upload) ?? null);
    if (old && isOther && status === "READY") announce(t.ready(name));
    return true;
  }
  function remove(image) {
    tiles.get(image)?.remove();
    tiles.delete(image);
    none.hidden = tiles.size > 0;
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
export const placeholder = ({ colour, lqip }) => (
  { backgroundColor: colour, backgroundImage: lqip && `url("${lqip}")` });
