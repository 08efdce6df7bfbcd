import type { Serde } from '../serde.ts';

/**
 * Copies of a store's values, made by way of their bytes as Kafka Streams' stores do with every value, or as whoever changes them
 * says.
 */
export class ValueCopies<V> {
  readonly #serde: Serde<V>;
  readonly #topic: string;
  #copyOf: ((value: V) => V) | undefined;

  constructor(serde: Serde<V>, topic: string) {
    this.#serde = serde;
    this.#topic = topic;
  }

  /** Has copies made without bytes, as far as those need them who change the values. */
  makeBy(copyOf: (value: V) => V): void {
    this.#copyOf = copyOf;
  }

  /** Returns another object of the same content, or the value itself where it has no bytes. */
  copy(value: V): V {
    if (this.#copyOf !== undefined) return this.#copyOf(value);
    const bytes = this.#serde.serialize(this.#topic, value);
    return bytes === null ? value : this.#serde.deserialize(this.#topic, bytes);
  }

  /** Whether two values have the same bytes. */
  isSame(one: V, other: V): boolean {
    const [a, b] = [one, other].map((value) => this.#serde.serialize(this.#topic, value));
    return a != null && b != null && a.equals(b);
  }
}
