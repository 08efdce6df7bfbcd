import { corruptBytes } from './corrupt.ts';

const LENGTH_MASK = 15;
const MATCH_BYTES_MIN = 4;

/** A compressed block within a buffer. */
interface Lz4Block {
  readonly from: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Restores one block (LZ4 block format) into `into`, behind what matches may refer to.
 * @param room.at where the block begins in `into`; all before it is its history.
 * @param room.max where it has to end at the latest.
 * @returns where it ends.
 * @throws {ProtocolError} CORRUPT_MESSAGE
 */
export function decodeLz4Block(
  { from, start, end }: Lz4Block,
  into: Buffer,
  room: { readonly at: number; readonly max: number },
): number {
  let to = room.at;
  let at = start;
  while (at < end) {
    const token = from[at++] ?? 0;
    let literals = token >>> 4;
    if (literals === LENGTH_MASK) {
      for (let more = 255; more === 255; literals += more) more = at < end ? (from[at++] ?? 0) : cutShort();
    }
    if (at + literals > end) cutShort();
    if (to + literals > room.max) tooLong();
    to += from.copy(into, to, at, at + literals);
    at += literals;
    if (at === end) return to;
    if (at + 2 > end) cutShort();
    const distance = (from[at] ?? 0) | ((from[at + 1] ?? 0) << 8);
    at += 2;
    let length = (token & LENGTH_MASK) + MATCH_BYTES_MIN;
    if (length === LENGTH_MASK + MATCH_BYTES_MIN) {
      for (let more = 255; more === 255; length += more) more = at < end ? (from[at++] ?? 0) : cutShort();
    }
    if (distance === 0 || distance > to) throw corruptBytes('lz4', 'a match begins before the data');
    if (to + length > room.max) tooLong();
    to = copyMatch(into, to, { distance, length });
  }
  throw corruptBytes('lz4', 'a block ends with a match');
}

/** A match may run into what it has just written: then it repeats. */
function copyMatch(
  bytes: Buffer,
  to: number,
  match: { readonly distance: number; readonly length: number },
): number {
  const end = to + match.length;
  let at = to;
  let from = to - match.distance;
  if (match.distance >= match.length) {
    if (match.length < 32) while (at < end) bytes[at++] = bytes[from++] ?? 0;
    else bytes.copyWithin(to, from, from + match.length);
    return end;
  }
  if (match.length < 64) {
    while (at < end) bytes[at++] = bytes[from++] ?? 0;
    return end;
  }
  // Doubles what is repeated, so that a long run costs few copies.
  for (let size = match.distance; at < end; size *= 2) {
    const part = Math.min(size, end - at);
    bytes.copyWithin(at, from, from + part);
    at += part;
  }
  return end;
}

function cutShort(): never {
  throw corruptBytes('lz4', 'a block is cut short');
}

function tooLong(): never {
  throw corruptBytes('lz4', 'a block is larger than its frame allows');
}
