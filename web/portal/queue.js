import { call } from "../shared/api.js";
import { digest, inWords, refusal, send, typeOf } from "./files.js";

const AT_ONCE = 3;
const BUSY = ["checking", "sending"], GOING = ["waiting", ...BUSY, "arrived"];
const TALLIED = { going: GOING, ready: ["ready", "there"], refused: ["refused"], broken: ["broken"] };
const FINAL = [400, 413, 415, 422]; // what no other try would mend

/**
 * The uploads of this visit. `changed` hears each item that is another than before. Its state: waiting, checking,
 * sending, arrived (the chain has it), ready, there (it was already), refused, broken (try again), cancelled.
 */
export class Queue {
  items = [];
  constructor(changed) { this.changed = changed; }
  add(files, session) {
    const fresh = files.map((file) => {
      const reason = refusal(file, session), preview = URL.createObjectURL(file);
      return { file, name: file.name, preview, state: reason ? "refused" : "waiting", reason };
    });
    this.items.unshift(...fresh);
    fresh.forEach(this.changed);
    this.#next();
    return fresh;
  }
  retry(items) {
    items.forEach((item) => this.#set(item, "waiting"));
    this.#next();
  }
  cancel(item) {
    if (item.state === "waiting") this.#set(item, "cancelled");
    item.abort?.abort();
  }
  /** Forget what is over, or everything. Returns what was forgotten. */
  clear(everything) {
    const over = this.items.filter(({ state }) => everything || !GOING.includes(state));
    this.items = this.items.filter((item) => !over.includes(item));
    for (const { abort, preview } of over) {
      abort?.abort();
      URL.revokeObjectURL(preview);
    }
    return over;
  }
  in = (...states) => this.items.filter(({ state }) => states.includes(state));
  tally = () => Object.fromEntries(Object.entries(TALLIED).map(([name, each]) => [name, this.in(...each).length]));
  /** Take over what has become of a picture that was uploaded here. */
  follow({ upload, image, settled, status, status_word: word, reason }) {
    const item = this.in("arrived").find((each) => each.upload === upload);
    if (!item || !settled) return;
    this.#set(item, ...(status === "READY" ? ["ready", { image }] : ["refused", { image, reason: reason ?? word }]));
  }
  #next() {
    const room = Math.max(AT_ONCE - this.in(...BUSY).length, 0);
    for (const item of this.in("waiting").slice(0, room)) this.#run(item).finally(() => this.#next());
  }
  async #run(item) {
    const { file } = item, { signal } = item.abort = new AbortController();
    try {
      this.#set(item, "checking");
      const asked = { name: file.name, size: file.size, type: typeOf(file), sha256: await digest(file) };
      const ticket = await call("POST", "api/uploads", asked, signal);
      if (!ticket.url) return this.#set(item, "there", { image: ticket.image });
      item.upload = ticket.upload;
      await send(ticket, file, signal, (share, speed) => this.#set(item, "sending", { share, speed }));
      this.#set(item, "arrived");
    } catch (error) {
      if (signal.aborted) return this.#set(item, "cancelled");
      this.#set(item, FINAL.includes(error.status) ? "refused" : "broken", { reason: inWords(error) });
    }
  }
  #set(item, state, more) {
    Object.assign(item, { reason: "" }, more, { state });
    this.changed(item);
  }
}
