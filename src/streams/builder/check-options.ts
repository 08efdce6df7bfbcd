/** What the arguments of the DSL must be, for callers without a compiler. */
import {
  arrayOf,
  callback,
  type Check,
  either,
  type FieldChecks,
  flag,
  INT32_MAX,
  isObject,
  nonEmptyText,
  objectOf,
  oneOf,
  optional,
  recordOf,
  refuseMisspelt,
  text,
  topicName,
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
  Printed,
  Produced,
  Repartitioned,
  StreamJoined,
  SuppressBuffer,
} from '../options.ts';
import type { BuildOptions } from '../topology-optimization.ts';

export const serde = withMethods('serialize', 'deserialize');

/** The options of all calls of the DSL: objects of options are shared between calls, so each takes all their names. */
const optionNames: string[] = ['foreignKey', 'waitMs'];

/** Options of the DSL. One that is misspelt is refused, where it would be passed over. */
function options<T>(fields: FieldChecks<T>): Check {
  optionNames.push(...Object.keys(fields));
  const checkFields = objectOf(fields);
  return (value, argument) => {
    if (isObject(value)) refuseMisspelt(value, { known: optionNames, argument });
    checkFields(value, argument);
  };
}

export const checkTopic = topicName;
export const checkTopics: Check = either(Array.isArray, arrayOf(topicName), topicName);

export const checkConsumed = options<Consumed<unknown, unknown>>({
  name: optional(topicName),
  keySerde: serde,
  valueSerde: serde,
  timestampExtractor: optional(callback),
  offsetReset: optional(oneOf('earliest', 'latest')),
});

export const checkBuildOptions = options<BuildOptions>({
  optimization: optional(either(Array.isArray, arrayOf(text), text)),
});

export const checkMaterialized = options<Materialized<unknown, unknown>>({
  storeName: optional(topicName),
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
export const checkStore = options<{ name: string; kind: string; keySerde: unknown; valueSerde: unknown }>({
  name: topicName,
  kind: oneOf('key-value'),
  keySerde: serde,
  valueSerde: serde,
});

const NAMES_SKIPPED_MAX = 1_000_000;

export const checkNameCount = wholeNumber(0, NAMES_SKIPPED_MAX);

const name = optional(topicName);
const pair = { name, keySerde: optional(serde), valueSerde: optional(serde) };

export const checkNamed = options<Named>({ name });
export const checkNamedPair = options<Grouped<unknown, unknown>>(pair);
export const checkPiped = options<Grouped<unknown, unknown> & { keepsKey?: boolean }>({
  ...pair,
  keepsKey: optional(flag),
});
const connectedStore: Check = either(
  (value) => typeof value === 'string',
  nonEmptyText,
  (value, argument) => checkStore(value, argument),
);
const checkProcessed = options<Grouped<unknown, unknown> & { stores?: readonly unknown[] }>({
  ...pair,
  stores: optional(arrayOf(connectedStore)),
});
const produced = { ...pair, partitioner: optional(callback) };
export const checkProduced = options<Produced<unknown, unknown>>(produced);
export const checkRepartitioned = options<Repartitioned<unknown, unknown>>({
  ...produced,
  numberOfPartitions: optional(wholeNumber(1, INT32_MAX)),
});
export const checkSinkTopic: Check = either(
  (value) => typeof value === 'string',
  topicName,
  (value, argument) => {
    if (typeof value !== 'function') throw wrongArgument(argument, value, "a topic's name or a function");
  },
);
export const checkPrinted = options<Printed<unknown, unknown>>({
  name,
  label: optional(nonEmptyText),
  mapper: optional(callback),
  write: optional(callback),
});
const checkJoined = options<Joined<unknown, unknown, unknown>>({
  ...pair,
  otherValueSerde: optional(serde),
  gracePeriodMs: optional(wholeNumber(0)),
});
const checkStreamJoined = options<StreamJoined<unknown, unknown, unknown>>({
  ...pair,
  otherValueSerde: optional(serde),
  storeName: optional(topicName),
  loggingEnabled: optional(flag),
  logConfig: optional(recordOf(text)),
});
export const checkTableOptions: Check = (value, argument) => {
  checkMaterialized(value, argument);
  checkNamed(value, argument);
};
export const checkOptionalTableOptions = optional(checkTableOptions);
export const checkBranched = options<Named & { chain?: unknown }>({ name, chain: optional(callback) });
export const checkEmitStrategy = oneOf('on-window-update', 'on-window-close');

const checkBuffer = options<SuppressBuffer>({
  recordsMax: optional(wholeNumber(0)),
  bytesMax: optional(wholeNumber(0)),
  whenFull: optional(oneOf('emit', 'fail')),
  loggingEnabled: optional(flag),
});
const checkSuppression = options<Named & { until: string; buffer?: SuppressBuffer }>({
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

const shapeOf = (value: object): unknown => {
  const part: unknown = 'part' in value ? value.part : undefined;
  const node: unknown = isObject(part) && 'node' in part ? part.node : undefined;
  return isObject(node) && 'shape' in node ? node.shape : undefined;
};

export const checkStream = having('a KStream', (value) => shapeOf(value) === 'stream');
const checkTable = having('a KTable', (value) => shapeOf(value) === 'table');
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
