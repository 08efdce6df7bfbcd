import { NO_HEADERS, StreamRecord, type Header, type KeyValue } from '../record.ts';
import type { Serde } from '../serde.ts';
import type { RawRecord, TopologyTestDriver } from './topology-test-driver.ts';

interface TopicSerdes<K, V> {
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
}

/** Writes records to a source topic of a {@link TopologyTestDriver}. */
export class TestInputTopic<K, V> {
  readonly #topic: string;
  readonly #serdes: TopicSerdes<K, V>;
  readonly #driver: TopologyTestDriver;

  constructor(topic: string, serdes: TopicSerdes<K, V>, driver: TopologyTestDriver) {
    this.#topic = topic;
    this.#serdes = serdes;
    this.#driver = driver;
  }

  /** Processes one record; without a timestamp it happens now, by the driver's clock. */
  pipeInput(
    key: K | null,
    value: V | null,
    at: { readonly timestamp?: number; readonly headers?: readonly Header[] } = {},
  ): void {
    const { timestamp = this.#driver.wallClockMs, headers = NO_HEADERS } = at;
    const { keySerde, valueSerde } = this.#serdes;
    const record: RawRecord = {
      key: key === null ? null : keySerde.serialize(this.#topic, key, headers),
      value: value === null ? null : valueSerde.serialize(this.#topic, value, headers),
      timestamp,
      headers,
    };
    this.#driver.pipeRaw(this.#topic, record);
  }
}

/** Reads what a topology has written to a topic. */
export class TestOutputTopic<K, V> {
  readonly #topic: string;
  readonly #serdes: TopicSerdes<K, V>;
  readonly #driver: TopologyTestDriver;

  constructor(topic: string, serdes: TopicSerdes<K, V>, driver: TopologyTestDriver) {
    this.#topic = topic;
    this.#serdes = serdes;
    this.#driver = driver;
  }

  /** Takes all records written since the last read. */
  readRecords(): StreamRecord<K | null, V | null>[] {
    const { keySerde, valueSerde } = this.#serdes;
    return this.#driver.takeRaw(this.#topic).map((raw) => {
      const key = raw.key && keySerde.deserialize(this.#topic, raw.key, raw.headers);
      const value = raw.value && valueSerde.deserialize(this.#topic, raw.value, raw.headers);
      return new StreamRecord(key, value, raw.timestamp, raw.headers);
    });
  }

  /** Takes all records, as pairs of key and value. */
  readKeyValues(): KeyValue<K | null, V | null>[] {
    return this.readRecords().map((record) => [record.key, record.value] as const);
  }
}
