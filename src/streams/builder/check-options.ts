/** What the options of {@link StreamsBuilder} must be, for callers without a compiler. */
import {
  arrayOf,
  callback,
  type Check,
  either,
  flag,
  nonEmptyText,
  objectOf,
  oneOf,
  optional,
  recordOf,
  text,
  wholeNumber,
  withMethods,
} from '../../base/argument-checks.ts';
import type { Consumed, Materialized } from './options.ts';

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
