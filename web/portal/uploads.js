import { announce, button, el, write } from "../shared/dom.js";
import { Queue } from "./queue.js";
import texts from "./texts.js";

const t = texts.upload;
const ACTIONS = { ready: "open", there: "open", broken: "retry", arrived: "", refused: "", cancelled: "" };

/** The list of uploads. `arrived` is called when the API has something new to tell; `open` gets the item to show. */
export function uploads({ arrived, open }) {
  const list = el("ul", { class: "uploads" }), heading = el("h2", { id: "uploads", tabindex: -1 }, t.list);
  const retry = button("", () => queue.retry(queue.in("broken"))), clear = button(t.clear, forget, "plain");
  const tally = el("p", { class: "quiet small" });
  const view = el("section", { class: "stack", "aria-labelledby": "uploads", hidden: true },
    el("div", { class: "row apart" }, el("div", {}, heading, tally), el("div", { class: "row" }, retry, clear)), list);
  const queue = new Queue(changed);
  const acts = { cancel: (item) => queue.cancel(item), retry: (item) => queue.retry([item]), open };

  function changed(item) {
    if (!queue.items.includes(item)) return;
    item.row ??= row(item, acts);
    item.row.update();
    if (["arrived", "there"].includes(item.state)) arrived();
    if (item.reason) announce(t.wrong(item.name, item.reason));
    if (!summarize() && queue.items.every((each) => each.row)) announce(t.finished(tally.textContent));
  }
  function summarize() {
    const counted = queue.tally();
    write(tally, t.tally(counted));
    write(retry, t.retryAll(counted.broken));
    retry.hidden = !counted.broken;
    clear.hidden = counted.going === queue.items.length;
    view.hidden = !queue.items.length;
    return counted.going;
  }
  function forget() {
    queue.clear().forEach((item) => item.row.view.remove());
    summarize();
    (view.hidden ? document.querySelector("h1") : heading).focus();
  }
  function add(files, session) {
    announce(t.added(files.length));
    list.prepend(...queue.add(files, session).map((item) => item.row.view));
  }
  return { view, add, queue };
}

function row(item, acts) {
  const progress = el("progress", { max: 1, "aria-label": t.of(item.name) });
  const action = () => ACTIONS[item.state] ?? "cancel", does = button("", () => acts[action()](item), "plain");
  const state = el("span", { class: "quiet small" }), kind = el("span", {}, item.name.split(".").pop().slice(0, 4));
  const image = el("img", { src: item.preview, alt: "", decoding: "async", onerror: () => image.replaceWith(kind) });
  const view = el("li", {}, el("div", { class: "mini", "aria-hidden": "true" }, image),
    el("div", { class: "what" }, el("span", { class: "name" }, item.name), state, progress), does);
  function update() {
    const isSending = item.state === "sending", label = t[action()] ?? "";
    view.dataset.state = item.state;
    write(state, item.reason || (isSending ? t.sending(item.share, item.speed) : t[item.state]));
    progress.hidden = !["checking", "sending", "arrived"].includes(item.state);
    if (isSending) progress.value = item.share;
    else progress.removeAttribute("value");
    does.hidden = !label;
    write(does, label);
    does.ariaLabel = t.named(label, item.name);
  }
  return { view, update };
}
