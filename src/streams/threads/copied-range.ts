import { checkedBounds } from '../state/key-bounds.ts';
import type { KeyBounds, StoreRange } from '../state/store.ts';
import { copiedValue, receivedValue } from './copied-values.ts';

/** A {@link StoreRange} as it is copied to another thread. */
export type CopiedRange = (
  | { readonly keys: KeyBounds<unknown> }
  | { readonly bytes: { readonly from: Uint8Array; readonly to: Uint8Array | undefined } }
) & { readonly descending?: boolean | undefined };

export function copiedRange(range: StoreRange<unknown>): CopiedRange {
  const { descending } = range;
  if ('keys' in range) {
    const { from, to } = checkedBounds(range.keys);
    return { keys: { from: copiedValue(from), to: copiedValue(to) }, descending };
  }
  const { from, to } = range.bytes;
  return { bytes: { from: Uint8Array.from(from), to: to && Uint8Array.from(to) }, descending };
}

export function receivedRange(range: CopiedRange): StoreRange<unknown> {
  const { descending } = range;
  if ('keys' in range) {
    const { from, to } = range.keys;
    return { keys: { from: receivedValue(from), to: receivedValue(to) }, descending };
  }
  const { from, to } = range.bytes;
  return { bytes: { from: Buffer.from(from), to: to && Buffer.from(to) }, descending };
}
