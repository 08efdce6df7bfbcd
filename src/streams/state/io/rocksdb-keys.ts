import { latin1Bytes } from '../../../base/short-text.ts';
import type { KeyRange } from '../engine.ts';

/** Above every key that a store writes: stands for "to the end" where a binding wants an end. */
export const LAST_KEY: Buffer = Buffer.alloc(1 << 16, 0xff);

export function keyToBytes(key: string): Buffer {
  return latin1Bytes(key);
}

export function keyToText(key: Buffer): string {
  return key.toString('latin1');
}

/** A range as both bindings take it. */
export function boundsOf({ from, to }: KeyRange): { gte: Buffer; lt?: Buffer } {
  return to === undefined ? { gte: keyToBytes(from) } : { gte: keyToBytes(from), lt: keyToBytes(to) };
}
