import t from "./texts.js";

/** The media type of a file. Browsers leave that of many a HEIC file empty: then the name tells. */
export function typeOf({ name, type }) {
  const end = name.split(".").pop().toLowerCase();
  return type.startsWith("image/") ? type : `image/${{ jpg: "jpeg", tif: "tiff" }[end] ?? end}`;
}

/** Why the API would refuse a file, or nothing: found out before anything is sent. */
export function refusal(file, { limits, left }) {
  if (!limits.types.includes(typeOf(file))) return t.upload.notAllowed;
  if (file.size === 0) return t.upload.empty;
  if (file.size > limits.bytes_a_file) return t.upload.tooLarge(file.size, limits.bytes_a_file);
  return file.size > left.bytes ? t.upload.dayIsFull(left.bytes) : "";
}

/** What went wrong, as a sentence. */
export function inWords({ message, status, retryAfter }) {
  const text = message || (status === 0 ? t.offline : t.failed);
  const sentence = text[0].toUpperCase() + text.slice(1).replace(/[^.!?]$/, "$&.");
  return retryAfter ? `${sentence} ${t.later(retryAfter)}` : sentence;
}

/** The SHA-256 of a file in hexadecimal; nothing where the browser has no WebCrypto. */
export async function digest(file) {
  const hash = await globalThis.crypto?.subtle?.digest("SHA-256", await file.arrayBuffer());
  return hash && [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Post a file with its ticket to the storage. `progress` gets the share that is sent, and bytes a second. */
export function send({ url, fields }, file, signal, progress) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file); // the last field: the storage ignores those behind it
  const request = new XMLHttpRequest(), begun = performance.now(); // fetch does not tell how much is sent
  return new Promise((sent, failed) => {
    request.upload.onprogress = ({ loaded, total }) => {
      const passed = (performance.now() - begun) / 1000;
      progress(loaded / total, passed > 0.5 ? loaded / passed : 0);
    };
    request.onload = () => (request.status < 300 ? sent() : failed(new Error(t.upload.storage(request.status))));
    request.onerror = request.onabort = () => failed(new Error(t.upload.lost));
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", url);
    request.send(form);
  });
}
