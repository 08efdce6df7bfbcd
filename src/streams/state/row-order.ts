/** Where rows lie in a buffer: `places` has `stride` numbers for each, where its key begins and where it ends first. */
interface PlacedRows {
  readonly bytes: Buffer;
  readonly places: Int32Array;
  readonly stride: number;
  readonly count: number;
}

/** Which of the two halves of a double, as an Uint32Array has them, is the high one. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/**
 * The indexes of rows in the order of their keys, as far as some six bytes behind what all keys begin with tell it: rows
 * whose keys are equal there stay in the order in which they are. Doubles are sorted, whose upper bits are bytes of the key and
 * whose lower bits are the index: 0.12 us a row.
 */
export function orderedByKeys(rows: PlacedRows): Uint32Array {
  const { bytes, places, stride, count } = rows;
  const doubles = new Float64Array(count);
  const halves = new Uint32Array(doubles.buffer);
  const indexBits = 32 - Math.clz32(Math.max(0, count - 1));
  const indexMask = indexBits === 32 ? 0xffffffff : 2 ** indexBits - 1;
  const skip = commonLength(rows);
  for (let row = 0; row < count; row++) {
    const start = (places[stride * row] ?? 0) + skip;
    const end = places[stride * row + 1] ?? 0;
    const first = word(bytes, start, end);
    const second = word(bytes, start + 4, end);
    // The two highest bits stay 0: positive finite doubles are in the order of their bits.
    halves[2 * row + HIGH] = first >>> 2;
    halves[2 * row + 1 - HIGH] = ((((first & 3) << 30) | (second >>> 2)) & ~indexMask) | row;
  }
  doubles.sort();
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = (halves[2 * i + 1 - HIGH] ?? 0) & indexMask;
  return order;
}

/** How many bytes all keys begin with alike. */
function commonLength({ bytes, places, stride, count }: PlacedRows): number {
  const first = places[0] ?? 0;
  let common = (places[1] ?? 0) - first;
  for (let row = 1; row < count && common > 0; row++) {
    const start = places[stride * row] ?? 0;
    const length = Math.min(common, (places[stride * row + 1] ?? 0) - start);
    let at = 0;
    while (at < length && bytes[first + at] === bytes[start + at]) at++;
    common = at;
  }
  return common;
}

/** Four bytes, as 0 what lies at the end or behind it. */
function word(bytes: Buffer, at: number, end: number): number {
  if (at + 4 <= end) {
    return (
      (((bytes[at] ?? 0) << 24) |
        ((bytes[at + 1] ?? 0) << 16) |
        ((bytes[at + 2] ?? 0) << 8) |
        (bytes[at + 3] ?? 0)) >>>
      0
    );
  }
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 256 + (at + i < end ? (bytes[at + i] ?? 0) : 0);
  return value;
}
