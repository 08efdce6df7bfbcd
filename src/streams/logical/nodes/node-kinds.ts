import { aggregateKind } from './aggregate.ts';
import { filterKind } from './filter.ts';
import { flatMapKind } from './flat-map.ts';
import { flatMapValuesKind } from './flat-map-values.ts';
import { foreignKeyJoinKind } from './foreign-key-join.ts';
import { groupTableKind } from './group-table.ts';
import { groupingKind } from './grouping.ts';
import type { LogicalNode } from './logical-node.ts';
import { mapKind } from './map.ts';
import { mapValuesKind } from './map-values.ts';
import { mergeKind } from './merge.ts';
import type { NodeKind, NodeNames } from './node-kind.ts';
import { foreachKind, peekKind } from './peek.ts';
import { pipeKind } from './pipe.ts';
import { printKind } from './print.ts';
import { processKind } from './process.ts';
import { repartitionKind } from './repartition.ts';
import { selectKeyKind } from './select-key.ts';
import { sessionAggregateKind } from './session-aggregate.ts';
import { sinkKind } from './sink.ts';
import { skippedNamesKind } from './skipped-names.ts';
import { sourceKind } from './source.ts';
import { branchKind, splitKind } from './split.ts';
import { stateStoreKind } from './state-store.ts';
import { streamJoinKind } from './stream-join.ts';
import { streamTableJoinKind } from './stream-table-join.ts';
import { suppressKind } from './suppress.ts';
import { tableAggregateKind } from './table-aggregate.ts';
import { tableFilterKind } from './table-filter.ts';
import { tableJoinKind } from './table-join.ts';
import { tableMapValuesKind } from './table-map-values.ts';
import { tableSourceKind } from './table-source.ts';
import { toStreamKind } from './to-stream.ts';
import { toTableKind } from './to-table.ts';
import { windowedAggregateKind } from './windowed-aggregate.ts';

type AnyKind = NodeKind<LogicalNode, NodeNames>;

const KINDS: { readonly [Kind in LogicalNode['kind']]: AnyKind } = {
  aggregate: aggregateKind,
  branch: branchKind,
  filter: filterKind,
  'flat-map': flatMapKind,
  'flat-map-values': flatMapValuesKind,
  foreach: foreachKind,
  'foreign-key-join': foreignKeyJoinKind,
  'group-table': groupTableKind,
  grouping: groupingKind,
  map: mapKind,
  'map-values': mapValuesKind,
  merge: mergeKind,
  peek: peekKind,
  pipe: pipeKind,
  print: printKind,
  process: processKind,
  repartition: repartitionKind,
  'select-key': selectKeyKind,
  'session-aggregate': sessionAggregateKind,
  sink: sinkKind,
  'skipped-names': skippedNamesKind,
  source: sourceKind,
  split: splitKind,
  'state-store': stateStoreKind,
  'stream-join': streamJoinKind,
  'stream-table-join': streamTableJoinKind,
  suppress: suppressKind,
  'table-aggregate': tableAggregateKind,
  'table-filter': tableFilterKind,
  'table-join': tableJoinKind,
  'table-map-values': tableMapValuesKind,
  'table-source': tableSourceKind,
  'to-stream': toStreamKind,
  'to-table': toTableKind,
  'windowed-aggregate': windowedAggregateKind,
};

export function kindOf(node: LogicalNode): AnyKind {
  return KINDS[node.kind];
}
