import type { StoredValues, StoreEngine } from './engine.ts';
import type { StateEntry } from './state-entry.ts';
import type { StateMap, ValueCodec } from './state-map.ts';

/**
 * Makes bytes of all uncommitted values of a store; those of which there can be none are told of, and are then what they were at
 * the last commit. They stay uncommitted: an earlier value of theirs may have been logged.
 */
export function takeBackUnwritable<V>(
  map: StateMap<V>,
  parts: {
    readonly engine: StoreEngine;
    readonly codec: ValueCodec<V>;
    /** Makes bytes of an entry's value. */
    readonly encode: (entry: StateEntry<V>) => void;
  },
  onFound: (entry: StateEntry<V>, error: unknown) => void,
): void | Promise<void> {
  const { engine, codec, encode } = parts;
  let found: StateEntry<V>[] | undefined;
  for (const entry of map.dirtyEntries) {
    try {
      encode(entry);
    } catch (error) {
      onFound(entry, error);
      (found ??= []).push(entry);
    }
  }
  if (found === undefined) return;
  const entries = found;
  const take = (values: StoredValues): void => {
    for (const [i, entry] of entries.entries()) {
      const bytes = values[i];
      entry.value = bytes && codec.decode(bytes);
      entry.encoded = undefined;
    }
  };
  const stored = engine.getMany(entries.map(({ key, segment }) => segment.enginePrefix + key));
  return stored instanceof Promise ? stored.then(take) : take(stored);
}
