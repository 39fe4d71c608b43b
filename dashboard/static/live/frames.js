// Reads a binary frame: uint32 header length, JSON header, float64 steps and seconds, float32 values.
export function decode(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  let place = 4 + length;
  let middle = place + 16 * header.curves.reduce((sum, [, count]) => sum + count, 0);
  const curves = new Map();
  for (const [metric, count] of header.curves) {
    curves.set(metric, {
      steps: new Float64Array(buffer, place, count),
      seconds: new Float64Array(buffer, place + 8 * count, count),
      values: new Float32Array(buffer, middle, count),
    });
    place += 16 * count;
    middle += 4 * count;
  }
  return { header, curves };
}
