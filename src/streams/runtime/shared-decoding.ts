import type { Serde } from '../serde.ts';
import { asShared, type SharedSerde } from '../shared-serde.ts';

/** What reads for all who have joined so far: another one from the moment that somebody joins who looks at more. */
interface Decoder {
  readonly serde: SharedSerde<unknown>;
}

/** Who reads the same with the same serde. */
export interface SharedDecoder {
  /** By it they find what one of them has read; see {@link SharedRecords.column}. */
  readonly current: Decoder;
  leave(): void;
}

interface Readers {
  decoder: Decoder;
  count: number;
}

/** Which serdes the applications of a process read their topics with. */
export class SharedDecoding {
  readonly #readers = new Map<string, Readers>();
  /** By the decoders of key and value. */
  readonly #pairs = new WeakMap<object, WeakMap<object, object>>();

  /** @returns undefined for a serde that does not say that its values can be shared. */
  join(topic: string, side: 'key' | 'value', serde: Serde<unknown>): SharedDecoder | undefined {
    const own = asShared(serde);
    if (own === undefined) return undefined;
    const name = `${side}/${topic}/${own.sharedAs}`;
    const readers = this.#readers.get(name) ?? { decoder: { serde: own }, count: 0 };
    this.#readers.set(name, readers);
    readers.count++;
    const reading = readingFor(readers.decoder.serde, own);
    if (reading !== readers.decoder.serde) readers.decoder = { serde: reading };
    let hasLeft = false;
    return {
      get current() {
        return readers.decoder;
      },
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        readers.count--;
        if (readers.count === 0) this.#readers.delete(name);
      },
    };
  }

  /** @returns what stands for those who read both keys and values with these decoders. */
  pairOf(keys: object, values: object): object {
    let pairs = this.#pairs.get(keys);
    if (pairs === undefined) this.#pairs.set(keys, (pairs = new WeakMap()));
    let pair = pairs.get(values);
    if (pair === undefined) pairs.set(values, (pair = {}));
    return pair;
  }
}

/** A serde that leaves out only what both do. */
function readingFor(a: SharedSerde<unknown>, b: SharedSerde<unknown>): SharedSerde<unknown> {
  const unread = new Set([...a.unread].filter((name) => b.unread.has(name)));
  if (unread.size === a.unread.size) return a;
  return unread.size === b.unread.size ? b : a.leavingOut(unread);
}
