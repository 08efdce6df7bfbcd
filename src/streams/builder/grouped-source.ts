import type { Serde } from '../serde.ts';
import type { StreamDescriptor } from './dsl.ts';
import type { Grouped } from './options.ts';
import { repartition } from './repartition.ts';

/**
 * The stream that an aggregation reads: behind a repartition topic where the key was changed. A topic that the user
 * has named is shared by all aggregations of one grouping.
 */
export class GroupedSource<K, V> {
  readonly keySerde: Serde<K> | undefined;
  readonly valueSerde: Serde<V> | undefined;
  readonly #part: StreamDescriptor<K, V>;
  readonly #topicName: string | undefined;
  #shared: StreamDescriptor<K, V> | undefined;

  constructor(part: StreamDescriptor<K, V>, grouped: Grouped<K, V>) {
    this.#part = part;
    this.keySerde = grouped.keySerde ?? part.keySerde;
    this.valueSerde = grouped.valueSerde ?? part.valueSerde;
    this.#topicName = grouped.name;
  }

  repartitioned(options: { readonly storeName: string }): StreamDescriptor<K, V> {
    const { keySerde, valueSerde } = this;
    if (!this.#part.repartitionRequired) return { ...this.#part, keySerde, valueSerde };
    if (this.#shared) {
      const { topology } = this.#part.dsl;
      for (const prefix of ['KSTREAM-SINK-', 'KSTREAM-FILTER-', 'KSTREAM-SOURCE-'])
        topology.newProcessorName(prefix);
      return this.#shared;
    }
    const topicName = this.#topicName ?? options.storeName;
    const behind = repartition(this.#part, { topicName, keySerde, valueSerde });
    if (this.#topicName !== undefined) this.#shared = behind;
    return behind;
  }
}
