const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const DATE = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short" });

/** A number of bytes as people read it: 1.23 MB. */
export function bytes(count) {
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), 4);
  return `${NUMBER.format(count / 1000 ** power)} ${["bytes", "kB", "MB", "GB", "TB"][power]}`;
}
export const seconds = (count) => `${NUMBER.format(count)} s`;
export const date = (time) => DATE.format(new Date(time));

/** How long ago a time in ISO 8601 was. */
export function ago(time) {
  const past = (Date.now() - Date.parse(time)) / 1000;
  const [unit, length] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, each]) => past >= each) ?? [];
  return unit ? AGO.format(-Math.floor(past / length), unit) : "just now";
}
