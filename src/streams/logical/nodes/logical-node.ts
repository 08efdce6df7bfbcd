import type { Aggregate } from './aggregate.ts';
import type { Filter } from './filter.ts';
import type { FlatMap } from './flat-map.ts';
import type { FlatMapValues } from './flat-map-values.ts';
import type { ForeignKeyJoin } from './foreign-key-join.ts';
import type { GroupTable } from './group-table.ts';
import type { Grouping } from './grouping.ts';
import type { MapRecords } from './map.ts';
import type { MapValues } from './map-values.ts';
import type { Merge } from './merge.ts';
import type { Foreach, Peek } from './peek.ts';
import type { Pipe } from './pipe.ts';
import type { Print } from './print.ts';
import type { Process } from './process.ts';
import type { Repartition } from './repartition.ts';
import type { SelectKey } from './select-key.ts';
import type { SessionAggregate } from './session-aggregate.ts';
import type { Sink } from './sink.ts';
import type { SkippedNames } from './skipped-names.ts';
import type { Source } from './source.ts';
import type { Branch, Split } from './split.ts';
import type { StateStore } from './state-store.ts';
import type { StreamJoin } from './stream-join.ts';
import type { StreamTableJoin } from './stream-table-join.ts';
import type { Suppress } from './suppress.ts';
import type { TableAggregate } from './table-aggregate.ts';
import type { TableFilter } from './table-filter.ts';
import type { TableJoin } from './table-join.ts';
import type { TableMapValues } from './table-map-values.ts';
import type { TableSource } from './table-source.ts';
import type { ToStream } from './to-stream.ts';
import type { ToTable } from './to-table.ts';
import type { WindowedAggregate } from './windowed-aggregate.ts';

/** A node of a logical plan: what a call of the DSL has asked for. */
export type LogicalNode =
  | Aggregate
  | Branch
  | Filter
  | FlatMap
  | FlatMapValues
  | Foreach
  | ForeignKeyJoin
  | GroupTable
  | Grouping
  | MapRecords
  | MapValues
  | Merge
  | Peek
  | Pipe
  | Print
  | Process
  | Repartition
  | SelectKey
  | SessionAggregate
  | Sink
  | SkippedNames
  | Source
  | Split
  | StateStore
  | StreamJoin
  | StreamTableJoin
  | Suppress
  | TableAggregate
  | TableFilter
  | TableJoin
  | TableMapValues
  | TableSource
  | ToStream
  | ToTable
  | WindowedAggregate;
