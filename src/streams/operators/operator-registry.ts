import { branchRecords, type BranchSettings } from './branch.ts';
import { filterRecords, type FilterSettings } from './filter.ts';
import { flatMapRecords, type FlatMapSettings } from './flat-map.ts';
import { flatMapRecordValues, type FlatMapValuesSettings } from './flat-map-values.ts';
import { notifySubscribers, type NotifySettings } from './foreign-key/notify-subscribers.ts';
import {
  answerSubscriptions,
  type AnswerSettings,
  receiveSubscriptions,
  type ReceiveSettings,
} from './foreign-key/receive-subscriptions.ts';
import { resolveResponses, type ResolveSettings } from './foreign-key/resolve-responses.ts';
import { sendSubscriptions, type SendSettings } from './foreign-key/send-subscriptions.ts';
import { joinWindow, type JoinWindowSettings } from './join-window.ts';
import { mapRecords, type MapSettings } from './map.ts';
import { mapRecordValues, type MapValuesSettings } from './map-values.ts';
import type { NodeFactory } from './operator-node.ts';
import { passThrough, type PassThroughSettings } from './pass-through.ts';
import { peekRecords, type PeekSettings } from './peek.ts';
import { userPipe, type PipeSettings } from './pipe.ts';
import { printRecords, type PrintSettings } from './print.ts';
import { repartitionFilter, type RepartitionFilterSettings } from './repartition-filter.ts';
import { selectRecordKey, type SelectKeySettings } from './select-key.ts';
import { aggregateSessions, type SessionAggregateSettings } from './session-window-aggregate.ts';
import { aggregateRecords, type AggregateSettings } from './stream-aggregate.ts';
import { joinWithItself, type StreamSelfJoinSettings } from './stream-self-join.ts';
import { joinWithStream, type StreamJoinSideSettings } from './stream-stream-join.ts';
import { joinWithTable, type StreamTableJoinSettings } from './stream-table-join.ts';
import { suppressRecords, type SuppressSettings } from './suppress.ts';
import { aggregateChanges, type TableAggregateSettings } from './table-aggregate.ts';
import { type GroupTableSettings, mapTableForGrouping } from './table-repartition-map.ts';
import { tableSource, type TableSourceSettings } from './table-source.ts';
import {
  joinTableSide,
  mergeTableJoins,
  type TableJoinMergeSettings,
  type TableJoinSideSettings,
} from './table-table-join.ts';
import { tableToStream, type TableToStreamSettings } from './table-to-stream.ts';
import {
  filterTableRows,
  mapTableRows,
  type TableFilterSettings,
  type TableMapValuesSettings,
} from './table-transform.ts';
import { aggregateTimeWindows, type TimeWindowAggregateSettings } from './time-window-aggregate.ts';
import { userProcessor, type ProcessSettings } from './user-processor.ts';

/** What a node of a topology does: plain data and functions of the application, of which a task makes an operator. */
export type OperatorSettings =
  | AggregateSettings
  | AnswerSettings
  | BranchSettings
  | FilterSettings
  | FlatMapSettings
  | FlatMapValuesSettings
  | GroupTableSettings
  | JoinWindowSettings
  | MapSettings
  | MapValuesSettings
  | NotifySettings
  | PassThroughSettings
  | PeekSettings
  | PipeSettings
  | PrintSettings
  | ProcessSettings
  | ReceiveSettings
  | RepartitionFilterSettings
  | ResolveSettings
  | SelectKeySettings
  | SendSettings
  | SessionAggregateSettings
  | StreamJoinSideSettings
  | StreamSelfJoinSettings
  | StreamTableJoinSettings
  | SuppressSettings
  | TableAggregateSettings
  | TableFilterSettings
  | TableJoinMergeSettings
  | TableJoinSideSettings
  | TableMapValuesSettings
  | TableSourceSettings
  | TableToStreamSettings
  | TimeWindowAggregateSettings;

const OPERATORS = {
  aggregate: aggregateRecords,
  branch: branchRecords,
  filter: filterRecords,
  'flat-map': flatMapRecords,
  'flat-map-values': flatMapRecordValues,
  'foreign-key-answer': answerSubscriptions,
  'foreign-key-notify': notifySubscribers,
  'foreign-key-receive': receiveSubscriptions,
  'foreign-key-resolve': resolveResponses,
  'foreign-key-send': sendSubscriptions,
  'group-table': mapTableForGrouping,
  'join-window': joinWindow,
  map: mapRecords,
  'map-values': mapRecordValues,
  'pass-through': passThrough,
  peek: peekRecords,
  pipe: userPipe,
  print: printRecords,
  process: userProcessor,
  'repartition-filter': repartitionFilter,
  'select-key': selectRecordKey,
  'session-aggregate': aggregateSessions,
  'stream-join-side': joinWithStream,
  'stream-self-join': joinWithItself,
  'stream-table-join': joinWithTable,
  suppress: suppressRecords,
  'table-aggregate': aggregateChanges,
  'table-filter': filterTableRows,
  'table-join-merge': mergeTableJoins,
  'table-join-side': joinTableSide,
  'table-map-values': mapTableRows,
  'table-source': tableSource,
  'table-to-stream': tableToStream,
  'time-window-aggregate': aggregateTimeWindows,
} satisfies {
  readonly [T in OperatorSettings['type']]: (settings: Extract<OperatorSettings, { type: T }>) => NodeFactory;
};

/** Whether something is settings, as far as its type tells. */
export function isOperatorSettings(value: unknown): value is OperatorSettings {
  const type: unknown =
    typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  return typeof type === 'string' && Object.hasOwn(OPERATORS, type);
}

/** Returns how a task makes the operator with these settings. */
export function operatorFor(settings: OperatorSettings): NodeFactory {
  // Each type has the function that takes its settings, see above: the compiler cannot say so of a union.
  const make = OPERATORS[settings.type] as (settings: OperatorSettings) => NodeFactory;
  return make(settings);
}
