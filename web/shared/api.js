/** What the API refuses, as RFC 9457 tells it. Status 0: it was not reached. `retryAfter` is in seconds. */
export class Problem extends Error {
  constructor(status, detail = "", retryAfter = 0, hint = "") {
    super(detail);
    Object.assign(this, { status, retryAfter, hint });
  }
}

/** Ask the API with `call.headers`. Returns what it answers; raises Problem; of 401 the window hears `signedout`. */
export async function call(method, path, body, signal) {
  const headers = { accept: "application/json", ...(body && { "content-type": "application/json" }), ...call.headers };
  const asked = { method, headers, signal, body: body && JSON.stringify(body), cache: "no-store" };
  const answer = await fetch(path, asked).catch((error) => {
    throw signal?.aborted ? error : new Problem(0);
  });
  const said = await answer.json().catch(() => null);
  if (answer.ok) return said;
  if (answer.status === 401) dispatchEvent(new Event("signedout"));
  throw new Problem(answer.status, said?.detail, Number(answer.headers.get("retry-after")), said?.hint);
}
