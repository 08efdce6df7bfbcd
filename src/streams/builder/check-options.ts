/** What the arguments of the DSL must be, for callers without a compiler. */
import {
  arrayOf,
  callback,
  type Check,
  either,
  flag,
  INT32_MAX,
  isObject,
  nonEmptyText,
  objectOf,
  oneOf,
  optional,
  recordOf,
  text,
  wholeNumber,
  withMethods,
  wrongArgument,
} from '../../base/argument-checks.ts';
import type {
  Consumed,
  Grouped,
  Joined,
  Materialized,
  Named,
  Produced,
  Repartitioned,
  StreamJoined,
} from './options.ts';
import type { SuppressBuffer } from './suppressed.ts';

const serde = withMethods('serialize', 'deserialize');

export const checkTopic = nonEmptyText;
export const checkTopics: Check = either(Array.isArray, arrayOf(nonEmptyText), nonEmptyText);

export const checkConsumed = objectOf<Consumed<unknown, unknown>>({
  name: optional(nonEmptyText),
  keySerde: serde,
  valueSerde: serde,
  timestampExtractor: optional(callback),
  offsetReset: optional(oneOf('earliest', 'latest')),
});

export const checkMaterialized = objectOf<Materialized<unknown, unknown>>({
  storeName: optional(nonEmptyText),
  keySerde: optional(serde),
  valueSerde: optional(serde),
  cachingEnabled: optional(flag),
  loggingEnabled: optional(flag),
  logConfig: optional(recordOf(text)),
  storeType: optional(oneOf('rocksdb', 'memory')),
  retentionMs: optional(wholeNumber(0)),
  historyRetentionMs: optional(wholeNumber(0)),
});

/** A store comes from `keyValueStore`, which has filled in what was left out. */
export const checkStore = objectOf<{ name: string; kind: string; keySerde: unknown; valueSerde: unknown }>({
  name: nonEmptyText,
  kind: oneOf('key-value'),
  keySerde: serde,
  valueSerde: serde,
});

const NAMES_SKIPPED_MAX = 1_000_000;

export const checkNameCount = wholeNumber(0, NAMES_SKIPPED_MAX);

const name = optional(nonEmptyText);
const pair = { name, keySerde: optional(serde), valueSerde: optional(serde) };

export const checkNamed = objectOf<Named>({ name });
export const checkNamedPair = objectOf<Grouped<unknown, unknown>>(pair);
export const checkPiped = objectOf<Grouped<unknown, unknown> & { keepsKey?: boolean }>({
  ...pair,
  keepsKey: optional(flag),
});
const checkProcessed = objectOf<Grouped<unknown, unknown> & { stores?: readonly string[] }>({
  ...pair,
  stores: optional(arrayOf(nonEmptyText)),
});
const produced = { ...pair, partitioner: optional(callback) };
export const checkProduced = objectOf<Produced<unknown, unknown>>(produced);
export const checkRepartitioned = objectOf<Repartitioned<unknown, unknown>>({
  ...produced,
  numberOfPartitions: optional(wholeNumber(1, INT32_MAX)),
});
export const checkSinkTopic: Check = either(
  (value) => typeof value === 'string',
  nonEmptyText,
  (value, argument) => {
    if (typeof value !== 'function') throw wrongArgument(argument, value, "a topic's name or a function");
  },
);
const checkJoined = objectOf<Joined<unknown, unknown, unknown>>({
  ...pair,
  otherValueSerde: optional(serde),
  gracePeriodMs: optional(wholeNumber(0)),
});
const checkStreamJoined = objectOf<StreamJoined<unknown, unknown, unknown>>({
  ...pair,
  otherValueSerde: optional(serde),
  storeName: optional(nonEmptyText),
  loggingEnabled: optional(flag),
  logConfig: optional(recordOf(text)),
});
export const checkTableOptions: Check = (value, argument) => {
  checkMaterialized(value, argument);
  checkNamed(value, argument);
};
export const checkOptionalTableOptions = optional(checkTableOptions);
export const checkBranched = objectOf<Named & { chain?: unknown }>({ name, chain: optional(callback) });
export const checkEmitStrategy = oneOf('on-window-update', 'on-window-close');

const checkBuffer = objectOf<SuppressBuffer>({
  recordsMax: optional(wholeNumber(0)),
  bytesMax: optional(wholeNumber(0)),
  whenFull: optional(oneOf('emit', 'fail')),
  loggingEnabled: optional(flag),
});
const checkSuppression = objectOf<Named & { until: string; buffer?: SuppressBuffer }>({
  name,
  until: oneOf('window-closes', 'time-limit'),
  buffer: optional(checkBuffer),
});
export const checkSuppressed: Check = (value, argument) => {
  checkSuppression(value, argument);
  const { until, waitMs } = value as { readonly until: unknown; readonly waitMs?: unknown };
  if (until === 'time-limit') wholeNumber(0)(waitMs, `${argument}.waitMs`);
};

/** Tells streams, tables and windows by what they have: two copies of this package may meet in one process. */
function having(expected: string, holds: (value: object) => boolean): Check {
  return (value, argument) => {
    if (!isObject(value) || !holds(value)) throw wrongArgument(argument, value, expected);
  };
}

const partOf = (value: object): object => {
  const part: unknown = 'part' in value ? value.part : undefined;
  return isObject(part) ? part : {};
};

export const checkStream = having('a KStream', (value) => 'repartitionRequired' in partOf(value));
const checkTable = having('a KTable', (value) => 'enableSendingOldValues' in partOf(value));
const checkJoinWindows = having('JoinWindows', (value) => 'beforeMs' in value && 'afterMs' in value);
export const checkWindows = having(
  'TimeWindows or SessionWindows',
  (value) => 'advanceMs' in value || 'inactivityGapMs' in value,
);

export function checkMapping({ mapper, named }: { readonly mapper: unknown; readonly named: unknown }): void {
  callback(mapper, 'mapper');
  checkNamedPair(named, 'named');
}

/** A predicate or an action, under its name. */
export function checkLooking({ named, ...functions }: Readonly<Record<string, unknown>>): void {
  for (const [argument, value] of Object.entries(functions)) callback(value, argument);
  checkNamed(named, 'named');
}

export function checkProcessing(given: { readonly supplier: unknown; readonly options: unknown }): void {
  callback(given.supplier, 'supplier');
  checkProcessed(given.options, 'options');
}

/** The arguments of a join of a stream with a table. */
export function checkLookup(given: {
  readonly table: unknown;
  readonly joiner: unknown;
  readonly joined: unknown;
}): void {
  checkTable(given.table, 'table');
  callback(given.joiner, 'joiner');
  checkJoined(given.joined, 'joined');
}

/** The arguments of a join of two streams. */
export function checkStreamJoin(given: {
  readonly other: unknown;
  readonly joiner: unknown;
  readonly windows: unknown;
  readonly joined: unknown;
}): void {
  checkStream(given.other, 'other');
  callback(given.joiner, 'joiner');
  checkJoinWindows(given.windows, 'windows');
  checkStreamJoined(given.joined, 'joined');
}

/** The arguments of a join of two tables, whose options have a foreign key or not. */
export function checkTableJoin(given: {
  readonly other: unknown;
  readonly joiner: unknown;
  readonly options: unknown;
}): void {
  const { other, joiner, options } = given;
  checkTable(other, 'other');
  callback(joiner, 'joiner');
  checkOptionalTableOptions(options, 'options');
  if (isObject(options) && 'foreignKey' in options) callback(options.foreignKey, 'options.foreignKey');
}
