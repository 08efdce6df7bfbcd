import { STRING_BYTES_MAX } from '../../../src/base/bytes-reader.ts';
import type { Random } from '../../../src/base/environment.ts';

/** A hyphen and a UUID. */
const SUFFIX_BYTES = 37;
const PREFIX_BYTES_MAX = STRING_BYTES_MAX - SUFFIX_BYTES;

/**
 * A new member id: the client id, or the instance id of a static member, and a random UUID (version 4). A prefix that would make
 * it longer than a string of the protocol may be is cut.
 */
export function newMemberId(prefix: string, random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `${shortened(prefix)}-${parts.join('-')}`;
}

function shortened(prefix: string): string {
  if (Buffer.byteLength(prefix) <= PREFIX_BYTES_MAX) return prefix;
  // No unit of a string takes more than three bytes.
  return prefix.slice(0, Math.floor(PREFIX_BYTES_MAX / 3));
}
