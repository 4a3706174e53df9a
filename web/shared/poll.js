/**
 * Ask again and again while the page is seen: soon after a change, seldomer while there is none. `work` returns
 * whether something has changed, or null when there is nothing more to wait for; what it raises is no change, but
 * ends it where nobody is signed in. Returns a function that asks at once, and begins anew.
 */
export function polling(work, { least = 700, most = 10_000 } = {}) {
  let timer, wait = least, busy = false, wanted = false;
  async function ask() {
    clearTimeout(timer);
    if (busy || document.hidden) return;
    busy = true;
    wanted = false;
    const changed = await work().catch(({ status }) => (status === 401 ? null : false));
    busy = false;
    wait = changed || wanted ? least : Math.min(wait * 1.6, most);
    wanted ||= changed !== null;
    if (wanted) timer = setTimeout(ask, wait);
  }
  document.addEventListener("visibilitychange", () => wanted && ask());
  return () => {
    wait = least;
    wanted = true;
    return ask();
  };
}
