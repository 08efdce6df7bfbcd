import { ArgumentError } from '../../base/errors.ts';
import type { KeyBounds } from './store.ts';

const NAMES: readonly string[] = ['from', 'to'] satisfies (keyof KeyBounds<unknown>)[];

/**
 * The bounds of a range, as JavaScript may have given them.
 * @throws {ArgumentError} for what would be no bound, and so have all rows: two keys as in Kafka Streams, a name that is none.
 */
export function checkedBounds<K>(bounds: KeyBounds<K>): KeyBounds<K> {
  const given: unknown = bounds;
  const wrong =
    typeof given !== 'object' || given === null
      ? String(given)
      : Object.keys(given).find((name) => !NAMES.includes(name));
  if (wrong === undefined) return bounds;
  throw new ArgumentError('bounds', {
    message: `bounds of a range have the keys from and to, not ${wrong}`,
    hint: 'write range({ from, to }): both keys belong to it, and each may be left out',
  });
}
