import { call } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { filter, shown, view } from "./session.js";
import texts from "./texts.js";

const t = texts.pictures;
const FIELDS = [["prefix"], ["status", t.statuses], ["verdict", t.verdicts], ["day", "date"], ["recipe"], ["make"],
  ["serial"], ["taken_from", "date"], ["taken_to", "date"]].map(([name, kind]) => [name, t[name], kind]);

/** Pictures, the newest first, by the filters of `brigade ls`. */
export function pictures(shell) {
  const page = view(texts.views.pictures);
  const follow = () => page.read(() => call("GET", `api/pictures?${shell.asked.pictures}`), (found) => {
    const list = el("ul", { class: "gallery", "aria-label": t.list }, found.pictures.map(tile));
    return [filter("pictures", FIELDS, shell.asked.pictures, 3),
      found.remark && el("p", { class: "quiet small" }, found.remark),
      !found.pictures.length && el("p", {}, found.next ? t.noneYet : t.none), list,
      page.more(found, "pictures", list, tile, shell.asked.pictures)];
  });
  follow();
  return { node: page.node, follow };
}

const tile = ({ image, key, status, status_word: word, held, colour, thumbnail, reason }) => el("li", {},
  el("a", { href: `#/pictures/${image}`, class: "tile" },
    el("span", { class: held ? "frame blurred" : "frame", style: { backgroundColor: colour } },
      thumbnail && shown(`api/files/${image}/${thumbnail}`, { alt: "", width: 320, height: 320 }),
      status !== "READY" && el("span", { class: status === "FAILED" ? "badge wrong" : "badge" },
        reason ?? held ?? word)),
    el("span", { class: "name small", title: key }, key.split("/").pop())));
