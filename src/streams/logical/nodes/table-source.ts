import { frozen, type TableBase } from './node.ts';
import { nodeKind } from './node-kind.ts';
import { type KeptNames, keptTable, lowerKeptTable } from './kept-table.ts';
import type { SourceFields } from './source.ts';
import type { StoreOptions } from './store-settings.ts';

/** A topic read as a table. */
export interface TableSource extends TableBase<'table-source'> {
  readonly inputs: readonly [];
  readonly source: SourceFields;
  readonly options: StoreOptions;
}

interface Names extends KeptNames {
  readonly source: string;
}

export function tableSource(given: {
  readonly name: string | undefined;
  readonly source: SourceFields;
  readonly options: StoreOptions;
}): TableSource {
  const { name, source, options } = given;
  return frozen<TableSource>({
    kind: 'table-source',
    shape: 'table',
    inputs: [],
    name,
    keySerde: options.keySerde ?? source.keySerde,
    valueSerde: options.valueSerde ?? source.valueSerde,
    storeName: options.storeName,
    versioned: options.historyRetentionMs !== undefined,
    closeAfterMs: undefined,
    source,
    options,
  });
}

export const tableSourceKind = nodeKind<TableSource, Names>({
  names(node, take) {
    const { topics } = node.source;
    const store = take.store(node.storeName, `${topics.join()}-`);
    const source = take.suffixed(node.name, '-source', 'KSTREAM-SOURCE-');
    const name = take.node(node.name, 'KTABLE-SOURCE-');
    take.claimTopics(source, topics);
    return { name, node: name, source, store, queryable: node.storeName };
  },
  table: keptTable,
  lower(node, into) {
    const { name, source } = into.names;
    into.topology.addSource({ ...node.source, name: source });
    const sourceTopic = into.reusesSourceTopic ? node.source.topics[0] : undefined;
    lowerKeptTable(node, into, { name, parent: source, sourceTopic });
    return [source];
  },
});
