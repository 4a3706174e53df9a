import { bytes, seconds } from "../shared/format.js";

const SPANS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const number = (count) => count.toLocaleString("en");
const many = (count, one) => `${number(count)} ${one}${count === 1 ? "" : "s"}`;
const letters = (count) => many(count, "dead letter");
const counts = (found) => Object.entries(found).map(([what, count]) => `${number(count)} ${what}`).join(", ");
const sentences = (...parts) => parts.filter(Boolean).join(" ");
/** A number of seconds as people say it, rounded down: 3 hours. */
const span = (seconds, [unit, length] = SPANS.find(([, each]) => seconds >= each) ?? SPANS.at(-1)) => (
  many(Math.floor(seconds / length), unit));
const DID = { redrive: ["Redriving", "redriven"], discard: ["Discarding", "discarded"] };
const LEFT = { refused: "refused by SQS", came_back: "came straight back", left: "left", taken: "taken by others" };

/** All that the page says, but for what the API says of an actor, a letter, a picture or a problem. */
export default {
  brand: "Bucket Brigade", failed: "Something went wrong. Try again.", loading: "Loading …", more: "Show more",
  offline: "The console cannot be reached. Does brigade console still run?", any: "Any", clear: "Clear the filter",
  views: { "": "Overview", letters: "Dead letters", pictures: "Pictures", history: "History" },
  left: (time, s = (Date.parse(time) - Date.now()) / 1000) => (s > 0 ? `deleted in ${span(s)}` : "being deleted"),
  number, readOnly: "Read-only", door: "This tab is not signed in",
  closed: "Open the address that brigade console has printed. It works once: start it again for another.",
  overview: {
    well: "All is well: every actor runs, and there are no dead letters.", source: "source bucket", unknown: "–",
    waiting: "waiting", inFlight: "in flight", oldest: "oldest", rate: "per min", chain: "The chain", letters,
    none: "No dead letters", pause: "Pause", resume: "Resume", named: (act, name) => `${act} ${name}`,
    hears: (names) => (names.length ? `hears ${names.join(", ")}` : ""), did: (name, state) => `${name} is ${state}.`,
    buried: (count) => `${letters(count)} to look at`, undelivered: (count) => `${many(count, "event")} not delivered`,
    held: (name, state, count) => `${name} is ${state}${count ? `, ${many(count, "message")} waiting` : ""}`,
    expiring: (name) => `${name} has messages that SQS will delete within a day`,
  },
  letters: {
    groups: "By actor and reason", none: "There are no dead letters.", noneSo: "No dead letter is like this.",
    actor: "Actor", reason: "Reason", key: "Key", image: "Picture’s id", since: "Not older than",
    keyHint: "wall/*.jpg", ages: ["1h", "6h", "1d", "1w"], count: letters, all: (count) => `All ${letters(count)}`,
    chooseOne: "Choose one actor to redrive or discard its dead letters.", age: (ago) => `oldest ${ago}`,
    notAll: "There may be more: others hold some just now, or they are more than can be received in a minute.",
    example: (key) => `such as ${key}`, recent: "What was done", allHistory: "All of it", nothing: "Nothing yet.",
    facts: ({ attempts, redrives: times }) => [attempts && many(attempts, "attempt"),
      times && `redriven ${times === 1 ? "once" : many(times, "time")}`].filter(Boolean).join(", "),
    yes: (act, count) => `${act[0].toUpperCase()}${act.slice(1)} ${count === 1 ? "it" : `these ${number(count)}`}`,
    sure: ({ act, count, to, actor }) => (
      act === "redrive" ? `Send ${letters(count)} back to ${to}?` : `Discard ${letters(count)} of ${actor}?`),
    sureAbout: ({ act, actor, count, to, reasons, held_back: held, ...plan }, more) => sentences(`${counts(reasons)}.`,
      held && `${letters(held)} stay: they failed for the same reason after each of three redrives.`,
      act === "discard" && `${count === 1 ? "It is" : "They are"} deleted from the queue, and kept in ${to}.`,
      act === "redrive" && (plan.paused ? `${actor} is paused: they wait until it is resumed.`
        : "This stops by itself when too many come straight back."), !plan.saw_all && more),
    again: (held) => `Redrive ${letters(held)} all the same?`, force: "Redrive all the same",
    againAbout: "They failed for the same reason after each of three redrives. Is the cause mended?", no: "Cancel",
    outcomes: ({ outcomes, ended_at: ended }) => sentences(counts(outcomes), !ended && "(still at it, or killed)"),
  },
  letter: {
    body: "Message", compare: "Compare", diff: "What changes", same: "Nothing is changed.",
    send: (to) => `Send it back to ${to}`, sent: "It is sent back.", lineage: "Redriven before", when: "When", by: "By",
    reason: "Reason", since: "Dead letter since", expires: "In the queue", attempts: "Attempts", kind: "Event",
    trace: "Trace", picture: "Picture", attributes: "Attributes", id: "Message id",
    editing: "Change the message where it is at fault. Nothing is sent before you have seen what changes.",
  },
  work: { going: ({ act, actor, done, total }) => `${DID[act][0]} ${number(done)} of ${number(total)} of ${actor}`,
    stop: "Stop", close: "Close", title: "What is being done",
    came: ({ act, actor, total, outcome: { redriven, deleted, stopped, cancelled, error, ...more } }) => sentences(
      `${actor}: ${number(act === "redrive" ? redriven : deleted)} of ${letters(total)} ${DID[act][1]}${
        Object.entries(LEFT).map(([name, words]) => (more[name] ? `, ${number(more[name])} ${words}` : "")).join("")}.`,
      stopped && "It stopped by itself: too many came straight back.", cancelled && "You have stopped it.", error) },
  pictures: {
    none: "No picture is like this.", noneYet: "None among the newest ones.", more: "Day, recipe and camera",
    prefix: "Key begins with", status: "Status", day: "Uploaded on", recipe: "Recipe", make: "Camera’s maker",
    serial: "Camera’s number", taken_from: "Taken from", taken_to: "Taken to", verdict: "Verdict", list: "Pictures",
    statuses: ["PROCESSING", "READY", "FAILED", "QUARANTINED", "SUPERSEDED", "REMOVED"],
    verdicts: ["accepted", "uncertain", "refused"],
  },
  picture: {
    status: "Status", uploaded: "Uploaded", id: "Id", size: "Size", held: "Held back", none: "It has no files.", bytes,
    pixels: ({ width, height }) => `${number(width)} × ${number(height)}`, show: "Show it", hide: "Blur it",
    blurred: "Blurred, because moderation holds it back.", timeline: "What happened", who: "Who", what: "What",
    by: "By", after: "After", queued: "Waited", worked: "Worked", drawn: "To scale", trace: "Trace", recipe: "Recipe",
    origin: "Origin", files: "Files", weight: "Bytes", file: "File", format: "Format", when: "When", no: "Cancel",
    took: (ms) => (ms === null ? "" : ms < 1000 ? `${ms} ms` : ms < 120_000 ? seconds(ms / 1000) : span(ms / 1000)),
    history: "What was done", approve: "Approve", reject: "Reject", original: "Delete its original too",
    sure: (key) => `Reject ${key}?`, judged: (word) => `It is ${word}.`, sureAbout: (all) =>
      `All that was made from it goes${all ? ", and its original for ever" : "; its original stays"}.`,
  },
};
