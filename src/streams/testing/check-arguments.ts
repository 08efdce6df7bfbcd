/** What the arguments of the test driver must be: tests are often written without a compiler. */
import {
  arrayOf,
  type Check,
  flag,
  isObject,
  nullable,
  objectOf,
  optional,
  optionsOf,
  recordOf,
  text,
  topicName,
  wholeNumber,
  withMethods,
  wrongArgument,
} from '../../base/argument-checks.ts';
import { ArgumentError } from '../../base/errors.ts';
import { serde } from '../builder/check-options.ts';
import type { Header } from '../record.ts';
import type { Serde } from '../serde.ts';
import type { TestDriverOptions } from './topology-test-driver.ts';

/** The serdes of a topic of the test. */
export interface TopicSerdes<K, V> {
  readonly keySerde: Serde<K>;
  readonly valueSerde: Serde<V>;
}

/** Time and headers of a record that a test writes. */
export interface RecordTime {
  readonly timestamp?: number;
  readonly headers?: readonly Header[];
}

const checkSerdeFields = objectOf<TopicSerdes<unknown, unknown>>({ keySerde: serde, valueSerde: serde });

/** The serdes of a topic, which Kafka Streams takes one after the other. */
export const checkSerdes: Check = (value, argument) => {
  if (isObject(value) && 'keySerde' in value) return checkSerdeFields(value, argument);
  throw new ArgumentError(argument, {
    ...wrongArgument(argument, value, 'an object { keySerde, valueSerde }').diagnostic,
    hint: "both serdes are one argument: createInputTopic('in', { keySerde: Serdes.string, valueSerde: Serdes.string })",
  });
};

const bytes: Check = (value, argument) => {
  if (!Buffer.isBuffer(value)) throw wrongArgument(argument, value, 'a Buffer');
};

const headers = optional(arrayOf(objectOf<Header>({ key: text, value: nullable(bytes) })));

const checkRecordFields = optionsOf<RecordTime>({ timestamp: optional(wholeNumber(0)), headers });

/** Time and headers, of which Kafka Streams takes the time alone. */
export const checkRecordTime: Check = (value, argument) => {
  if (isObject(value) && !(value instanceof Date)) return checkRecordFields(value, argument);
  throw new ArgumentError(argument, {
    ...wrongArgument(argument, value, 'an object { timestamp, headers }').diagnostic,
    hint: "the time is an option: pipeInput('key', 'value', { timestamp: 5 })",
  });
};

/** A topic may hold negative times, and ones beyond 2^53, as the nearest number: what becomes of them can be tested. */
const recordedTime: Check = (value, argument) => {
  if (!Number.isInteger(value)) throw wrongArgument(argument, value, 'a whole number of milliseconds');
};

export const checkRawRecord = objectOf({
  key: nullable(bytes),
  value: nullable(bytes),
  timestamp: recordedTime,
  headers,
});

export const checkAdvance = wholeNumber(0);

const checkOptions = optionsOf<TestDriverOptions>({
  applicationId: optional(topicName),
  wallClockMs: optional(wholeNumber(0)),
  cachingEnabled: optional(flag),
  idleSourceMs: optional(wholeNumber(-1)),
  config: optional(recordOf(() => undefined)),
  onFailure: optional(withMethods()),
  logger: optional(withMethods('debug', 'info', 'warn', 'error', 'child')),
  resumeFrom: optional(withMethods('pipeRaw')),
});

/** The arguments of a driver; a builder is often given for what it builds. */
export function checkDriver(topology: unknown, options: unknown): void {
  if (!isObject(topology) || !('nodes' in topology) || !('stores' in topology)) {
    const builds = isObject(topology) && 'build' in topology;
    throw new ArgumentError('topology', {
      ...wrongArgument('topology', topology, 'a Topology').diagnostic,
      ...(builds ? { hint: 'build it: new TopologyTestDriver(builder.build())' } : {}),
    });
  }
  checkOptions(options, 'options');
}
