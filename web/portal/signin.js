import { call } from "../shared/api.js";
import { busyWith, button, el, focusHeading } from "../shared/dom.js";
import { ago } from "../shared/format.js";
import { inWords } from "./files.js";
import texts from "./texts.js";

const t = texts.signIn;

/** Sign in: by an address and the code that is sent to it, or by the link's token. `entered` gets the session. */
export function signIn({ token, notice, entered }) {
  const steps = el("div", { class: "stack" }), inbox = el("aside", { class: "notice stack", hidden: true });
  const view = el("div", { class: "door" },
    el("section", { class: "stack" }, el("p", { class: "notice" }, notice), steps), inbox);
  const enter = async (proof) => entered(await call("POST", "api/sessions/confirm", proof));
  if (token) byLink(); else askAddress();

  function step(title, ...parts) {
    steps.replaceChildren(el("h1", {}, title), ...parts);
    if (view.isConnected) focusHeading(view);
  }
  function askAddress(value = "") {
    inbox.hidden = true;
    const input = el("input", { id: "email", type: "email", value, autocomplete: "email", required: true });
    const work = () => call("POST", "api/sessions", { email: input.value }).then(() => askCode(input.value));
    step(t.welcome, el("p", { class: "quiet" }, t.about),
      field(input, [t.email, t.hint, t.send], () => !input.checkValidity() && t.badEmail, work));
  }
  function askCode(email) {
    const input = el("input", { id: "code", type: "text", inputmode: "numeric", autocomplete: "one-time-code" });
    const code = () => input.value.replace(/\D/g, "");
    step(t.codeTitle, field(input, [t.code, t.sent(email), t.confirm], () => code().length !== 6 && t.badCode,
      () => enter({ email, code: code() })), el("div", {}, button(t.again, () => askAddress(email), "plain")));
    input.focus();
    readInbox(input);
  }
  function byLink() {
    const said = el("p", { class: "wrong", role: "alert" });
    const confirm = () => enter({ token }).catch((problem) => { said.textContent = inWords(problem); });
    step(t.linkTitle, el("p", { class: "quiet" }, t.link), said, el("div", { class: "row" },
      button(t.confirm, confirm, "first"), button(t.again, () => askAddress(), "plain")));
  }
  /** The local cloud shows the mails that it has sent; elsewhere there is no such address. */
  async function readInbox(input) {
    const { mails } = await call("GET", "api/inbox").catch(() => ({}));
    if (!mails) return;
    inbox.hidden = false;
    inbox.replaceChildren(el("h2", {}, t.inbox), el("p", { class: "quiet small" }, t.inboxAbout),
      el("ul", { class: "stack" }, mails.slice(0, 3).map(({ subject, to, at, text }) => {
        const [code] = text.match(/\b\d{6}\b/) ?? [];
        const take = button(t.takeCode, () => { input.value = code; input.focus(); });
        const head = el("p", {}, el("strong", {}, subject), el("br"), `${to}, ${ago(at)}`);
        return el("li", { class: "mail stack small" }, head, el("p", {}, text), code && el("div", {}, take));
      })));
  }
  return view;
}

/** A form of one field, which says what is wrong with it: `wrong()` before, and what `work` is refused with. */
function field(input, [label, hint, submit], wrong, work) {
  const said = el("p", { class: "wrong small", id: `${input.id}-wrong`, role: "alert" });
  input.setAttribute("aria-describedby", `${input.id}-hint ${said.id}`);
  const send = el("button", { class: "first" }, submit);
  const say = (problem) => {
    said.textContent = problem;
    input.ariaInvalid = "true";
    input.focus();
  };
  const onsubmit = (event) => {
    event.preventDefault();
    [said.textContent, input.ariaInvalid] = ["", null];
    return wrong() ? say(wrong()) : busyWith(send, () => work().catch((problem) => say(inWords(problem))));
  };
  return el("form", { class: "stack", novalidate: true, onsubmit }, el("label", { for: input.id }, label), input, said,
    el("p", { class: "quiet small", id: `${input.id}-hint` }, hint), el("div", {}, send));
}
