/** Where files come from besides buttons: dropped on the window, pasted. `take` gets them while `isOpen()`. */
export function intake(isOpen, take) {
  const over = (is) => document.body.classList.toggle("dropping", is);
  const hear = (name, work) => addEventListener(name, (event) => {
    if (!isOpen() || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    work(event.dataTransfer);
  });
  let end; // a drag that ends elsewhere does not always say so, but while it lasts it is heard again and again
  hear("dragover", () => { over(true); clearTimeout(end); end = setTimeout(over, 500, false); });
  hear("drop", async (transfer) => {
    over(false);
    take(await dropped(transfer));
  });
  addEventListener("paste", ({ clipboardData }) => isOpen() && take([...(clipboardData?.files ?? [])]));
}

async function dropped({ items, files }) {
  // Entries must be asked for before anything is awaited: the transfer is empty afterwards.
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()), plain = [...files];
  const found = entries.map((entry, place) => (entry?.isDirectory ? inside(entry) : plain[place] ?? []));
  return (await Promise.all(found)).flat();
}

async function inside(entry) {
  if (entry.isFile) return new Promise((file, failed) => entry.file(file, failed));
  const reader = entry.createReader(), found = [];
  for (;;) { // a reader gives a hundred entries at a time
    const some = await new Promise((read, failed) => reader.readEntries(read, failed));
    if (!some.length) return (await Promise.all(found.map(inside))).flat();
    found.push(...some);
  }
}
