import type { Erased } from '../erased.ts';
import type { Aggregator } from '../functions.ts';
import { isInPlace } from '../in-place-aggregator.ts';
import type { ValueCopies } from '../state/value-copies.ts';

/** So many aggregates left alone, one after the other, show that a function changes none in place. */
const TRUSTED_AFTER = 64;

/**
 * Tells whether an aggregator is to be given a copy, because it may change the aggregate that it is given
 * (`list.push(value); return list`). Kafka Streams keeps bytes, so that there what was forwarded, shown or committed stays as
 * it was. A copy costs as much as writing and reading the value, so an aggregator that was seen to leave its copies alone
 * gets no more, and one that says how copies are made is not watched.
 */
export class AggregateGuard<V> {
  readonly #copies: ValueCopies<V>;
  #leftAlone = 0;
  #changesInPlace = false;

  constructor(copies: ValueCopies<V>, aggregator?: Erased<Aggregator<unknown, unknown, V>>) {
    this.#copies = copies;
    if (aggregator === undefined || !isInPlace(aggregator)) return;
    copies.makeBy(aggregator.copyOf);
    this.#changesInPlace = true;
  }

  isNeeded(aggregate: V | null): aggregate is V {
    if (typeof aggregate !== 'object' || aggregate === null) return false;
    return this.#changesInPlace || this.#leftAlone < TRUSTED_AFTER;
  }

  /** Compares an aggregate with its copy, which the aggregator has had. */
  learn(aggregate: V | null, copy: V | null): void {
    if (this.#changesInPlace || aggregate === null || copy === null) return;
    if (this.#copies.isSame(aggregate, copy)) this.#leftAlone++;
    else this.#changesInPlace = true;
  }
}
