import type { KeyValue, RecordContext } from './record.ts';

/** All functions get the {@link RecordContext} of the record in flight last; it is valid only during the call. */
export type Predicate<K, V> = (key: K, value: V, context: RecordContext) => boolean;
/** A predicate that tells the type of the value, too: what it lets pass is of that type. */
export type ValueGuard<K, V, VR extends V> = (key: K, value: V, context: RecordContext) => value is VR;
/** What is left where records with a null key or value are dropped. */
export type Present<T> = Exclude<T, null>;
export type ForeachAction<K, V> = (key: K, value: V, context: RecordContext) => void;
export type KeyValueMapper<K, V, R> = (key: K, value: V, context: RecordContext) => R;
export type PairMapper<K, V, KR, VR> = KeyValueMapper<K, V, KeyValue<KR, VR>>;
export type ValueMapper<K, V, VR> = (value: V, key: K, context: RecordContext) => VR;
/** Joins two values of one key; a side that an outer join found nothing for is null. */
export type ValueJoiner<K, V1, V2, VR> = (left: V1, right: V2, key: K) => VR;

/** The aggregate before the first record. */
export type Initializer<VA> = () => VA;
/**
 * Adds (or, as a subtractor, takes away) a record. It answers the new aggregate, or null to delete it. It may change the one
 * that it was given and answer that, which costs a copy by way of the value's bytes; what was forwarded stays as it was.
 */
export type Aggregator<K, V, VA> = (key: K, value: V, aggregate: VA, context: RecordContext) => VA | null;
export type Reducer<V> = (aggregate: V, value: V) => V | null;
/** Joins the aggregates of two sessions that have become one. */
export type Merger<K, VA> = (key: K, left: VA, right: VA) => VA;

/** Picks the topic for a record. */
export type TopicNameExtractor<K, V> = (key: K, value: V, context: RecordContext) => string;
/** Picks the partition for a record, or undefined for the default (murmur2 of the key bytes). */
export type StreamPartitioner<K, V> = (
  topic: string,
  key: K,
  value: V,
  partitionCount: number,
  context: RecordContext,
) => number | undefined;
