import { wrongArgument } from '../../base/argument-checks.ts';
import { mustStop } from '../../base/assert.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { NO_HEADERS, StreamRecord, type Header, type KeyValue } from '../record.ts';
import type { Serde } from '../serde.ts';
import { checkRecordTime, type RecordTime, type TopicSerdes } from './check-arguments.ts';
import type { RawRecord, TopologyTestDriver } from './topology-test-driver.ts';

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
  pipeInput(key: K | null, value: V | null, at: RecordTime = {}): void {
    checkRecordTime(at, 'at');
    const { timestamp = this.#driver.wallClockMs, headers = NO_HEADERS } = at;
    const { keySerde, valueSerde } = this.#serdes;
    const record: RawRecord = {
      key: this.#bytesOf({ part: 'key', value: key, serde: keySerde, headers }),
      value: this.#bytesOf({ part: 'value', value, serde: valueSerde, headers }),
      timestamp,
      headers,
    };
    this.#driver.pipeRaw(this.#topic, record);
  }

  #bytesOf<T>(given: {
    readonly part: 'key' | 'value';
    readonly value: T | null;
    readonly serde: Serde<T>;
    readonly headers: readonly Header[];
  }): Buffer | null {
    const { part, value, serde, headers } = given;
    if (value === null) return null;
    if (value === undefined) throw wrongArgument(part, value, `a ${part}, or null`);
    try {
      return serde.serialize(this.#topic, value, headers);
    } catch (error) {
      if (mustStop(error)) throw error;
      const message = `the ${part}Serde of the input topic ${this.#topic} does not take the ${part}: ${messageOf(error)}`;
      throw new DiagnosticError({ message }, { cause: error });
    }
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

  /**
   * Takes all records, and answers the last value of each key, by the bytes that it has in the topic.
   * @throws {DiagnosticError} where a record has no key.
   */
  readKeyValuesToMap(): Map<K, V | null> {
    const last = new Map<string, KeyValue<K, V | null>>();
    const { keySerde } = this.#serdes;
    for (const { key, value, headers } of this.readRecords()) {
      if (key === null)
        throw new DiagnosticError({ message: `a record of the output topic ${this.#topic} has no key` });
      const bytes = keySerde.serialize(this.#topic, key, headers);
      last.set(bytes?.toString('latin1') ?? '', [key, value]);
    }
    return new Map(last.values());
  }

  /** Takes all records, as pairs of key and value. */
  readKeyValues(): KeyValue<K | null, V | null>[] {
    return this.readRecords().map((record) => [record.key, record.value] as const);
  }
}
