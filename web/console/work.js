import { call } from "../shared/api.js";
import { announce, ask, button, el, write } from "../shared/dom.js";
import { polling } from "../shared/poll.js";
import texts from "./texts.js";

const t = texts.work, words = texts.letters;

/** The act on dead letters that runs, or ran last, whatever is looked at. `finished` is called when one has ended. */
export function work(finished) {
  const said = el("p"), bar = el("progress", { "aria-label": t.title });
  const stop = button(t.stop, () => call("DELETE", "api/work").catch(() => null), "danger wrong");
  const close = button(t.close, () => { node.hidden = true; }, "plain");
  const node = el("section", { class: "work", hidden: true, "aria-label": t.title },
    el("div", { class: "row apart" }, said, stop, close), bar);
  let ran = false;
  const look = polling(async () => {
    const now = await call("GET", "api/work"), { running, outcome, done, total } = now, isOver = ran && !running;
    const before = bar.value;
    node.hidden &&= !running && !ran;
    ran = running;
    [bar.hidden, stop.hidden, close.hidden] = [!running, !running, running];
    [bar.max, bar.value] = [total || 1, done];
    node.classList.toggle("wrong", Boolean(outcome?.error || outcome?.stopped));
    if (running || isOver) write(said, running ? t.going(now) : t.came(now));
    if (isOver) announce(t.came(now));
    if (isOver) finished();
    return running ? before !== bar.value : null;
  }, { least: 300, most: 2000 });

  /** Ask for exactly what a plan holds, and begin it. */
  async function begin(wanted) {
    const plan = await call("POST", "api/plans", wanted), { act, count, held_back: held } = plan, { no } = words;
    const again = { title: words.again(held), text: words.againAbout, yes: words.force, no };
    const sure = { title: words.sure(plan), text: words.sureAbout(plan, words.notAll), yes: words.yes(act, count), no };
    if (!count && !held && !plan.saw_all) throw new Error(words.notAll);
    if (!count) return held && await ask(again) ? begin({ ...wanted, force: true }) : finished();
    if (!await ask(sure)) return null;
    await call("POST", `api/plans/${plan.plan}/start`, { count });
    ran = true;
    return look();
  }
  return { node, look, begin };
}
