import type { Serde } from '../serde.ts';
import { storeBasics } from '../state/store-basics.ts';
import type { KeyValueStoreDefinition } from '../state/store-definition.ts';

/** A store for processors, added with {@link StreamsBuilder.addStateStore}. */
export function keyValueStore<K, V>(options: {
  readonly name: string;
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
  readonly storeType?: 'rocksdb' | 'memory';
  readonly loggingEnabled?: boolean;
  readonly logConfig?: Readonly<Record<string, string>>;
}): KeyValueStoreDefinition<K, V> {
  const { name, keySerde, valueSerde, ...rest } = options;
  const basics = storeBasics(name, { ...rest, cachingEnabled: false });
  return { kind: 'key-value', ...basics, keySerde, valueSerde, timestamped: false };
}
