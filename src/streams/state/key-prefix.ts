import { SerdeError } from '../serdes.ts';
import type { Serde } from '../serde.ts';
import type { SerializedRange } from './store.ts';

/** Keys whose bytes begin with those of a prefix. The prefix belongs to no topic, as in Kafka Streams. */
export function prefixRange<P>(
  prefix: P,
  serde: Pick<Serde<P>, 'serialize'>,
): { readonly bytes: SerializedRange } {
  const from = serde.serialize('', prefix);
  if (from === null) throw new SerdeError('a prefix of keys serializes to nothing');
  return { bytes: { from, to: behindAll(from) } };
}

/** The first bytes behind all that begin with the prefix; undefined where there are none. */
function behindAll(prefix: Buffer): Buffer | undefined {
  const last = prefix.findLastIndex((byte) => byte < 0xff);
  if (last < 0) return undefined;
  const next = Buffer.from(prefix.subarray(0, last + 1));
  next[last] = (next[last] ?? 0) + 1;
  return next;
}
