import type { KeyBounds, StoreRange } from '../state/store.ts';
import { copiedValue, receivedValue } from './copied-values.ts';

/** A {@link StoreRange} as it is copied to another thread. */
export type CopiedRange =
  | { readonly keys: KeyBounds<unknown> }
  | { readonly bytes: { readonly from: Uint8Array; readonly to: Uint8Array | undefined } };

export function copiedRange(range: StoreRange<unknown>): CopiedRange {
  if ('keys' in range) {
    const { from, to } = range.keys;
    return { keys: { from: copiedValue(from), to: copiedValue(to) } };
  }
  const { from, to } = range.bytes;
  return { bytes: { from: Uint8Array.from(from), to: to && Uint8Array.from(to) } };
}

export function receivedRange(range: CopiedRange): StoreRange<unknown> {
  if ('keys' in range) {
    const { from, to } = range.keys;
    return { keys: { from: receivedValue(from), to: receivedValue(to) } };
  }
  const { from, to } = range.bytes;
  return { bytes: { from: Buffer.from(from), to: to && Buffer.from(to) } };
}
