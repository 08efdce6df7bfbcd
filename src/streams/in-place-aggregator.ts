import type { Aggregator } from './functions.ts';

/**
 * An aggregator that changes the aggregate that it is given, and answers it, or throws and leaves it as it was. It says how an
 * aggregate is copied: what was forwarded, shown or committed of a row stays as it is, so each row is copied once after that, and
 * no object is made for the records in between.
 */
interface InPlaceAggregator<K, V, VA> extends Aggregator<K, V, VA> {
  /** Returns another object of the same content. What the aggregator does not change may be part of both. */
  readonly copyOf: (aggregate: VA) => VA;
}

/** Says of an aggregator how what it changes is copied. */
export function inPlace<K, V, VA>(
  aggregator: Aggregator<K, V, VA>,
  copyOf: (aggregate: VA) => VA,
): InPlaceAggregator<K, V, VA> {
  return Object.assign(aggregator, { copyOf });
}

export function isInPlace<K, V, VA>(
  aggregator: Aggregator<K, V, VA>,
): aggregator is InPlaceAggregator<K, V, VA> {
  return 'copyOf' in aggregator;
}
