// Where an axis is labelled, and with what. Each returns [{value, text}], about `most` of them.
import { duration, significant } from "./format.js";

const GROUPED = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 });
const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const TIMES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((n) => n * SECOND)
  .concat([1, 2, 5, 10, 15, 30].map((n) => n * MINUTE), [1, 2, 3, 6, 12].map((n) => n * HOUR), [1, 2, 7, 14, 28, 91, 182, 364].map((n) => n * DAY));

export function ticks({ type, kind, range: [low, high] }, most) {
  if (type === "log") return logTicks(low, high, most);
  if (kind === "time") return clockTicks(low, high, most);
  if (kind === "relative") return every(timeStep(high - low, most), low, high).map((value) => ({ value, text: since(value) }));
  return linearTicks(low, high, most, kind === "step" || kind === "epoch");
}

// whole: large numbers keep their digits, as steps do.
export function linearTicks(low, high, most, whole = false) {
  const step = niceStep((high - low) / most, kindOfWhole(whole, high - low));
  const size = Math.max(Math.abs(low), Math.abs(high), step);
  return every(step, low, high).map((value) => ({ value, text: whole ? counted(value, step) : number(value, step, size) }));
}

const kindOfWhole = (whole, span) => whole && span > 5 ? 1 : 0;

function niceStep(least, floor) {
  const size = 10 ** Math.floor(Math.log10(least));
  const step = size * ([1, 2, 5].find((n) => n * size >= least * 0.999) ?? 10);
  return Math.max(step, floor);
}

function every(step, low, high) {
  const found = [];
  const first = Math.ceil(low / step - 1e-9);
  for (let i = first; i * step <= high + step * 1e-9 && found.length < 100; i++) found.push(i === 0 ? 0 : i * step);
  return found;
}

// A tick has only the digits that its distance to the next one has; `size` is that of the largest.
function number(value, step, size) {
  const counting = Math.floor(Math.log10(size)) - Math.floor(Math.log10(step) + 1e-9) + 1;
  const far = size < 2e-3 || size >= 1e5;
  // As `0.00099985` it would not fit beside the axis.
  if (value !== 0 && far && counting > 3) return value.toExponential(counting - 1).replace("e+", "e").replaceAll("-", "−");
  if (value !== 0 && (size < 1e-3 || size >= 1e5)) return significant(Number(value.toPrecision(4)), 4).replace("-", "−");
  return value.toFixed(digits(step)).replace("-", "−");
}

function counted(value, step) {
  if (Math.abs(value) < 1e6) return GROUPED.format(Number(value.toFixed(digits(step))));
  return `${GROUPED.format(Number((value / 1e6).toFixed(digits(step / 1e6))))} M`;
}

const digits = (step) => Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9)));

function logTicks(low, high, most) {
  const decades = Math.log10(high / low);
  if (decades < 0.7) return linearTicks(low, high, most).filter(({ value }) => value > 0);
  const factors = decades <= 1.5 ? [1, 2, 3, 5] : decades <= 3 ? [1, 2, 5] : [1];
  const stride = decades <= 3 ? 1 : Math.ceil(decades / most);
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    if (power % stride) continue;
    for (const factor of factors) {
      const value = Number(`${factor}e${power}`);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) found.push({ value, text: plain(value) });
    }
  }
  return found;
}

function plain(value) {
  if (value >= 1e6 || value < 1e-3) return significant(value, 2) === "0" ? "0" : value.toExponential().replace("e+", "e").replace("-", "−");
  return GROUPED.format(value);
}

const timeStep = (span, most) => TIMES.find((step) => step * most >= span * 0.999) ?? TIMES[TIMES.length - 1];

function clockTicks(low, high, most) {
  const step = timeStep(high - low, most);
  const format = new Intl.DateTimeFormat(undefined, { timeZone: "UTC", hourCycle: "h23",
    ...(step >= DAY ? { day: "2-digit", month: "short" } : { hour: "2-digit", minute: "2-digit", ...(step < MINUTE ? { second: "2-digit" } : {}) }) });
  return every(step, low, high).map((value) => ({ value, text: format.format(value) }));
}

// A time since the beginning; a fraction of a second is said only where it is needed.
export function since(milliseconds) {
  const seconds = milliseconds / 1000;
  if (Math.abs(seconds) < 60 && seconds % 1) return `${significant(seconds, 3)} s`;
  return seconds < 0 ? `−${duration(-seconds)}` : duration(seconds).replace(/ 0 (s|min|h)$/, "");
}
