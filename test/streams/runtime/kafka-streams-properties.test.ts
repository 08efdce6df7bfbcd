import { describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import {
  StreamsApp,
  type StreamsAppOptions,
  StreamsBuilder,
  streamsOptionsFrom,
} from '../../../src/streams/index.ts';
import { waitFor } from './app-under-test.ts';

function read(properties: Readonly<Record<string, string | number>>) {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  return { options: streamsOptionsFrom(properties, { logger }), warnings };
}

describe('properties of Kafka Streams', () => {
  it.each(['auto.offset.reset', 'consumer.auto.offset.reset', 'main.consumer.auto.offset.reset'])(
    '%s says where source topics are read from',
    (name) => {
      expect(read({ [name]: 'latest' })).toMatchObject({
        options: { autoOffsetReset: 'latest', consumer: {} },
        warnings: [],
      });
    },
  );

  it('that are set for the consumer count more than those of all', () => {
    const { options } = read({ 'consumer.auto.offset.reset': 'latest', 'auto.offset.reset': 'earliest' });
    expect(options.autoOffsetReset).toBe('latest');
  });

  it('promise exactly once by the name that Kafka Streams has for it now', () => {
    const { options } = read({ 'processing.guarantee': 'exactly_once_v2' });
    expect(options.processingGuarantee).toBe('exactly_once_v2');
    for (const value of ['exactly_once', 'exactly_once_beta'])
      expect(() => read({ 'processing.guarantee': value })).toThrow(
        expect.objectContaining({ name: 'ArgumentError', argument: 'processing.guarantee' }),
      );
  });

  it('with the value that Millrace has, and those that are given in code, are nothing to speak of', () => {
    const { warnings } = read({
      'application.id': 'a',
      'bootstrap.servers': 'localhost:9092',
      'processing.guarantee': 'at_least_once',
      'num.stream.threads': 1,
      'num.standby.replicas': '0',
      'commit.interval.ms': 7,
      'main.consumer.max.poll.records': 5,
      'cache.max.bytes.buffering': 0,
    });
    expect(warnings).toEqual([]);
  });

  it.each([
    ['num.stream.threads', 4, /threadedStreamsOptionsFrom/],
    ['rocksdb.config.setter', 'com.example.Setter', /give blockCacheBytes/],
    ['state.dir', '/tmp', /give stateDir/],
    ['default.key.serde', 'org.apache.Serdes', /serdes are objects/],
    ['comit.interval.ms', 7, /did you mean commit\.interval\.ms\?$/],
    ['main.consumer.max.pol.records', 7, /did you mean main\.consumer\.max\.poll\.records\?$/],
    ['something.else.entirely', 7, /there is none of that name here$/],
  ])('%s has no effect, which is told', (name, value, reason) => {
    const { warnings } = read({ [name]: value });
    expect(warnings).toEqual([expect.stringMatching(reason)]);
    expect(warnings[0]).toContain(`the property ${name} has no effect`);
  });

  it('enable.idempotence is that of the producer, and exactly-once refuses to go without', () => {
    const { options, warnings } = read({ 'enable.idempotence': 'false' });
    expect(options).toMatchObject({ producer: { idempotent: false } });
    expect(warnings).toEqual([]);
    const exact = read({ 'producer.enable.idempotence': 'false', 'processing.guarantee': 'exactly_once_v2' });
    const app = { applicationId: 'a', bootstrapServers: 'x:1', topology: new StreamsBuilder() };
    expect(() => new StreamsApp({ ...app, ...exact.options })).toThrow(
      expect.objectContaining({ argument: 'producer.idempotent' }),
    );
  });

  it('are warned of by the process where there is no logger', async () => {
    const warnings: Error[] = [];
    const listener = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listener);
    try {
      streamsOptionsFrom({ 'state.dir': '/tmp' });
      const isTold = (): boolean => warnings.some(({ name }) => name === 'MillraceWarning');
      await waitFor(nodeEnvironment, 'the warning', isTold);
    } finally {
      process.off('warning', listener);
    }
    expect(warnings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('state.dir has no effect'),
    );
  });
});

it.each<readonly [string, string, string]>([
  ['consumer', 'autoOffsetReset', 'latest'],
  ['consumer', 'groupId', 'mine'],
  ['consumer', 'bootstrapServers', 'x:1'],
  ['producer', 'bootstrapServers', 'x:1'],
])('an application refuses %s.%s, which has no effect', (client, name, value) => {
  const options = {
    applicationId: 'a',
    bootstrapServers: 'x:1',
    topology: new StreamsBuilder(),
    [client]: { [name]: value },
  };
  expect(() => new StreamsApp(options as StreamsAppOptions)).toThrow(
    expect.objectContaining({ name: 'ArgumentError', argument: `options.${client}.${name}` }),
  );
});

it.each<readonly [string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
  ['consumer', { sessionTimeoutsMs: 1 }, { message: 'unknown option sessionTimeoutsMs in options.consumer' }],
  ['producer', { linger: 1 }, { message: 'unknown option linger in options.producer' }],
  ['consumer', { pollRecordsMax: 'many' }, { name: 'ArgumentError' }],
  [
    'consumer',
    { sessionTimeoutMs: 1_000, heartbeatIntervalMs: 1_000 },
    { message: 'heartbeat.interval.ms must be less than session.timeout.ms' },
  ],
])('an application is told of a wrong option of its %s before it starts: %o', (client, given, error) => {
  const options = {
    applicationId: 'a',
    bootstrapServers: 'x:1',
    topology: new StreamsBuilder(),
    [client]: given,
  };
  expect(() => new StreamsApp(options as StreamsAppOptions)).toThrow(expect.objectContaining(error));
});
