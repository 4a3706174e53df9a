import t from "./texts.js";

// Browsers leave the type of many a HEIC file empty: then the name tells.
const BY_NAME = {
  jpg: "image/jpeg", jpeg: "image/jpeg", png: "image/png", gif: "image/gif", webp: "image/webp", avif: "image/avif",
  heic: "image/heic", heif: "image/heif", tif: "image/tiff", tiff: "image/tiff", bmp: "image/bmp",
};

/** The media type of a picture's file; empty if neither the browser nor the name tells one. */
export function typeOf({ name, type }) {
  return type.startsWith("image/") ? type : BY_NAME[name.split(".").pop().toLowerCase()] ?? "";
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
    request.onerror = () => failed(new Error(t.upload.lost));
    request.onabort = () => failed(signal.reason);
    signal.addEventListener("abort", () => request.abort());
    request.open("POST", url);
    request.send(form);
  });
}
