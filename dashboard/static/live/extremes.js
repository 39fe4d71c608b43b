// Which points of a long curve are kept so that its picture stays the same: of every stretch of x the
// first and the last one, the lowest, the highest and the first that is no number (a gap).
export function extremes(keys, values, count, stretches) {
  const width = (keys[count - 1] - keys[0]) / stretches || 1;
  const kept = [];
  for (let i = 0; i < count;) {
    const place = Math.floor((keys[i] - keys[0]) / width);
    const first = i;
    let low = -1, high = -1, gap = -1;
    for (; i < count && Math.floor((keys[i] - keys[0]) / width) === place; i++) {
      const value = values[i];
      if (!Number.isFinite(value)) { if (gap < 0) gap = i; continue; }
      if (low < 0 || value < values[low]) low = i;
      if (high < 0 || value > values[high]) high = i;
    }
    let before = -1;
    for (const index of [first, low, high, gap, i - 1].sort((a, b) => a - b)) {
      if (index > before) kept.push(index);
      before = Math.max(before, index);
    }
  }
  return kept;
}

// The first index whose key is not below `key`; `count` if there is none.
export function search(keys, key, count = keys.length) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle] < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The index whose key is nearest to `key`; -1 of nothing.
export function nearest(keys, key, count = keys.length) {
  const after = search(keys, key, count);
  if (after === count) return count - 1;
  return after > 0 && key - keys[after - 1] < keys[after] - key ? after - 1 : after;
}
