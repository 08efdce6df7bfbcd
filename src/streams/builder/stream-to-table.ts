import type { StreamDescriptor } from './dsl.ts';
import type { KTable } from './ktable.ts';
import type { Materialized, Named } from './options.ts';
import { repartition } from './repartition.ts';
import { requireSerdes } from './require-serdes.ts';
import { sourceTable } from './source-table.ts';

/** A stream read as a table; behind a repartition topic where the key was changed. */
export function streamToTable<K, V>(
  part: StreamDescriptor<K, V>,
  options: Materialized<K, V> & Named,
): KTable<K, V> {
  const { dsl } = part;
  const name = dsl.topology.nameOr(options.name, 'KSTREAM-TOTABLE-');
  const storeName = options.storeName ?? dsl.topology.newStoreName('KSTREAM-TOTABLE-');
  const keySerde = options.keySerde ?? part.keySerde;
  const valueSerde = options.valueSerde ?? part.valueSerde;
  const source = part.repartitionRequired
    ? repartition(part, { topicName: name, keySerde, valueSerde })
    : part;
  return sourceTable<K, V>({
    dsl,
    name,
    parent: source.node,
    storeName,
    serdes: { ...(keySerde && { keySerde }), ...(valueSerde && { valueSerde }) },
    requireSerdes: () => requireSerdes(name, options, part),
    options,
    sources: source.sources,
    repartitions: source.repartitions,
  });
}
