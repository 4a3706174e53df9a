/** Make an element. `on…` are listeners; `style` goes through the CSSOM, which a strict CSP allows. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(made.style, value);
    else if (value || value === 0 || value === "") made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child));
  return made;
}

/** Change a text only where it is another one: screen readers hear each change. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Have a new view's heading read out. */
export function focusHeading(view) {
  const heading = view.querySelector("h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

const live = document.body.appendChild(el("div", { role: "status", class: "unseen" }));

/** Have a screen reader say something, after what it is saying; the same text twice is said twice. */
export function announce(text) {
  const said = live.appendChild(el("p", {}, text));
  setTimeout(() => said.remove(), 5000);
}

/** Do what a control is for; while that is under way, the control does nothing more. */
export async function busyWith(control, work) {
  if (control.ariaBusy === "true") return;
  control.ariaBusy = "true";
  await Promise.resolve(work()).finally(() => { control.ariaBusy = null; });
}

export function button(label, work, look) {
  const made = el("button", { type: "button", class: look, onclick: () => busyWith(made, work) }, label);
  return made;
}

/** A table. `columns` are `[heading, cell of a row, whether it is a number]`; the first names the row. */
export function table(caption, columns, rows) {
  const look = (number) => (number ? "number" : null);
  const head = columns.map(([heading, , number]) => el("th", { scope: "col", class: look(number) }, heading));
  const body = rows.map((row) => el("tr", {}, columns.map(([, cell, number], place) => (
    place ? el("td", { class: look(number) }, cell(row)) : el("th", { scope: "row" }, cell(row))))));
  return el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, head)), el("tbody", {}, body));
}

/** Ask before something that cannot be undone. Returns whether the answer is yes; Escape means no. */
export function ask({ title, text, yes, no }) {
  const dialog = el("dialog", { "aria-labelledby": "asked" }, el("form", { method: "dialog", class: "stack" },
    el("h2", { id: "asked" }, title), el("p", { class: "quiet" }, text), el("div", { class: "row" },
      el("button", { value: "yes", class: "danger wrong" }, yes), el("button", { value: "", autofocus: true }, no))));
  document.body.appendChild(dialog).showModal();
  return new Promise((answered) => dialog.addEventListener("close", () => {
    dialog.remove();
    answered(dialog.returnValue === "yes");
  }));
}
