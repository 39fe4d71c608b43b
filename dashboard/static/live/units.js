// What the numbers of a chart are: how one is said, what an axis shows, and from where it starts.
import { bytes, significant } from "./format.js";

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const KIB = 2 ** 10;

// show(value as drawn); scale: values are divided by it; suffix of the axis; floor: begins at 0
export const UNITS = {
  number: { show: (value) => significant(value), suffix: "", scale: 1 },
  rate: { show: (value) => significant(value), suffix: "", scale: 1, floor: true },
  percent: { show: (value) => `${significant(value, 3)} %`, suffix: " %", scale: 1, ceiling: 100 },
  bytes: { show: (value) => bytes(value * GIB), suffix: " GiB", scale: GIB, floor: true },
  flowSmall: { show: (value) => `${bytes(value * KIB)}/s`, suffix: " KiB/s", scale: KIB, floor: true },
  flow: { show: (value) => `${bytes(value * MIB)}/s`, suffix: " MiB/s", scale: MIB, floor: true },
};

// The unit in which the axis of these curves has few digits: a flow may be a trickle.
export function unitFor(unit, series) {
  if (!unit.startsWith("flow")) return unit;
  const largest = series.reduce((most, { measured }) => measured.newest.values.reduce((a, b) => Math.max(a, b), most), 0);
  return largest < MIB / 2 ? "flowSmall" : "flow";
}
