import type { Serde } from './serde.ts';
import { immutableSerdes } from './serdes.ts';

/**
 * A serde whose values nobody changes, so that applications of one process need not each read the same bytes. Of a value
 * with parts it may leave out those that nobody looks at; one that reads for several leaves out what none of them looks at.
 */
export interface SharedSerde<T> extends Serde<T> {
  /** Serdes of one name read the same bytes as the same value, but for the parts that they leave out. */
  readonly sharedAs: string;
  /** Names of the parts that it leaves out. */
  readonly unread: ReadonlySet<string>;
  /** The same serde with other parts left out. */
  leavingOut(unread: ReadonlySet<string>): SharedSerde<T>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** @returns undefined for a serde of an application, whose values are its own. */
export function asShared<T>(serde: Serde<T>): SharedSerde<T> | undefined {
  if (isShared(serde)) return serde;
  const sharedAs = immutableSerdes.get(serde);
  if (sharedAs === undefined) return undefined;
  const made: SharedSerde<T> = {
    serialize: (topic, value, headers) => serde.serialize(topic, value, headers),
    deserialize: (topic, bytes, headers) => serde.deserialize(topic, bytes, headers),
    sharedAs,
    unread: NOTHING,
    leavingOut: () => made,
  };
  return made;
}

function isShared<T>(serde: Serde<T>): serde is SharedSerde<T> {
  return 'sharedAs' in serde && typeof serde.sharedAs === 'string' && 'leavingOut' in serde;
}
