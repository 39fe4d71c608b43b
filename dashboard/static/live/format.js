// Numbers, durations and times as people read them. Times are in the zone of the person.
const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

const DAY_CLOCK = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SHORT_CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// A moment ahead: the time of day, with the day where it is another one.
export function until(seconds) {
  const then = new Date(seconds * 1000);
  return (then.toDateString() === new Date().toDateString() ? SHORT_CLOCK : DAY_CLOCK).format(then);
}

export const whole = (value) => WHOLE.format(value);
export const clock = (seconds) => CLOCK.format(new Date(seconds * 1000));

export function significant(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  const number = Number(value);
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "NaN" : number > 0 ? "∞" : "−∞";
  if (number === 0) return "0";
  const size = Math.abs(number);
  if (size < 1e-4 || size >= 1e6) return number.toExponential(2).replace(/\.?0+e/, "e").replace("e+", "e");
  return String(Number(number.toPrecision(digits)));
}

// As engine/metrics/spread.py says it: the deviation to one digit that counts, to two where the
// first is 1, and the mean as exactly as that; a deviation of nothing is not said.
export function spread(mean, deviation) {
  if (!Number.isFinite(mean) || !(deviation > 1e-9 * Math.abs(mean))) return significant(mean);
  const [first, size] = deviation.toExponential(1).split("e");
  const digits = (first[0] === "1" ? 1 : 0) - Number(size);
  if (digits > 6 || digits < 0) return `${significant(mean)} ± ${significant(deviation, 2)}`;
  return `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}

export function rate(perSecond) {
  if (perSecond === null || !Number.isFinite(perSecond)) return "–";
  return perSecond >= 100 ? whole(perSecond) : significant(perSecond, 3);
}

export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const all = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [Math.floor(all / 86400), Math.floor(all / 3600) % 24, Math.floor(all / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  if (minutes) return `${minutes} min ${all % 60} s`;
  return `${all} s`;
}

export function bytes(value) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let index = 0;
  let size = Number(value);
  while (size >= 1024 && index < units.length - 1) { size /= 1024; index++; }
  return `${significant(size, 3)} ${units[index]}`;
}

// Plotly reads a small HTML dialect in texts: what people typed must stay text.
export const plotlyText = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
