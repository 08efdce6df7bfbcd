import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../../src/base/errors.ts';
import {
  StreamsBuilder,
  ThreadedStreamsApp,
  ThreadedStreamsHost,
  threadedStreamsOptionsFrom,
  Windowed,
} from '../../../src/streams/index.ts';
import { copiedValue, receivedValue } from '../../../src/streams/threads/copied-values.ts';
import { threadedSettings } from '../../../src/streams/threads/threaded-options.ts';

const OPTIONS = {
  applicationId: 'a',
  bootstrapServers: '127.0.0.1:1',
  topology: { module: new URL('./topologies.ts', import.meta.url), export: 'counting' },
};
const nothing = (): undefined => undefined;

describe('options of an application on threads', () => {
  it.each<readonly [path: string, message: string, options: object]>([
    ['options.threads', 'at least|from 1', { threads: 0 }],
    ['options.topology', 'cannot be sent', { topology: new StreamsBuilder() }],
    ['options.topology', 'cannot be sent', { topology: new StreamsBuilder().build() }],
    ['options.topology.module', 'no URL', { topology: { module: './a.js', export: 'a' } }],
    ['options.topology.export', 'string', { topology: { module: 'a' } }],
    ['options.topology', 'unknown option exports', { topology: { module: 'a', export: 'b', exports: 'b' } }],
    [
      'options.topology.arguments[1].f',
      'cannot be sent',
      { topology: { module: 'a', export: 'b', arguments: [1, { f: nothing }] } },
    ],
    ['options.onFailure.processing', 'cannot be sent', { onFailure: { processing: nothing } }],
    ['options.onFailure.processing', 'fail', { onFailure: { processing: 'go on' } }],
    ['options.backPressure', 'cannot be sent', { backPressure: nothing }],
    ['options.producer.partitioner', 'cannot be sent', { producer: { partitioner: nothing } }],
    ['options.environment', 'cannot be shared', { environment: {} }],
    ['options.host', 'a ThreadedStreamsHost', { host: {} }],
    ['options', 'unknown option thread', { thread: 2 }],
    ['commitIntervalMs', 'commit', { commitIntervalMs: -1 }],
  ])('refuses %s: %s', (path, message, options) => {
    // What a caller without types may give.
    const make = (): unknown => Reflect.construct(ThreadedStreamsApp, [{ ...OPTIONS, ...options }]);
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(new RegExp(message));
    expect(make).toThrow(expect.objectContaining({ argument: path }));
  });

  it('says where a function belongs', () => {
    const make = (): unknown =>
      Reflect.construct(ThreadedStreamsApp, [{ ...OPTIONS, backPressure: nothing }]);
    expect(make).toThrow(
      expect.objectContaining({
        diagnostic: expect.objectContaining({ hint: expect.stringContaining('{ topology, backPressure }') }),
      }),
    );
  });

  it('divides memory, and gives each thread a name of its own', () => {
    const { threads, topology, optionsOf } = threadedSettings({
      ...OPTIONS,
      threads: 3,
      cacheBytesMax: 3_000_001,
      consumer: { groupInstanceId: 'one', pollRecordsMax: 7 },
      onUncaught: () => 'REPLACE_THREAD',
    });
    expect(threads).toBe(3);
    const options = optionsOf(2);
    expect(options).toMatchObject({
      clientId: 'a-StreamThread-2',
      cacheBytesMax: 1_000_000,
      blockCacheBytes: 11_184_810,
      consumer: { groupInstanceId: 'one-2', pollRecordsMax: 7 },
    });
    expect(structuredClone({ topology, options })).toEqual({ topology, options });
    expect(topology.module).toMatch(/^file:.*topologies\.ts$/);
  });
});

describe('properties of Kafka Streams', () => {
  it('say how many threads there are, and the rest that they say of any application', () => {
    const { threads, optionsOf } = threadedSettings({
      ...OPTIONS,
      ...threadedStreamsOptionsFrom({
        'num.stream.threads': '3',
        'commit.interval.ms': 7,
        'consumer.max.poll.records': 9,
      }),
    });
    expect(threads).toBe(3);
    expect(optionsOf(1)).toMatchObject({ commitIntervalMs: 7, consumer: { pollRecordsMax: 9 } });
  });

  it('leave the number of threads open, or are refused', () => {
    expect(threadedStreamsOptionsFrom({})).not.toHaveProperty('threads');
    expect(() => threadedStreamsOptionsFrom({ 'num.stream.threads': 0 })).toThrow(
      expect.objectContaining({ name: 'ArgumentError', argument: 'num.stream.threads' }),
    );
  });
});

describe('a host with threads', () => {
  const HOST = { bootstrapServers: '127.0.0.1:1', stateDir: '/state' };
  const host = new ThreadedStreamsHost({ ...HOST, threads: 3 });

  it.each<readonly [path: string, message: string, options: object]>([
    ['options.threads', 'from 1', { threads: 0 }],
    ['options.environment', 'cannot be shared', { environment: {} }],
    ['options.stateDir', 'string', { stateDir: 7 }],
    ['options', 'unknown option thread', { thread: 2 }],
  ])('refuses %s: %s', (path, message, options) => {
    const make = (): unknown => Reflect.construct(ThreadedStreamsHost, [{ ...HOST, ...options }]);
    expect(make).toThrow(new RegExp(message));
    expect(make).toThrow(expect.objectContaining({ name: 'ArgumentError', argument: path }));
  });

  it('gives an application all of its threads, or some, which are the same ones each time', () => {
    const numbers = (id: string, count?: number) => host.threadsOf(id, count).map(({ number }) => number);
    expect(numbers('a')).toEqual([1, 2, 3]);
    const again = new ThreadedStreamsHost({ ...HOST, threads: 3 });
    const ids = Array.from({ length: 60 }, (_, i) => `app-${i}`);
    for (const id of ids) {
      expect(new Set(numbers(id, 2)).size).toBe(2);
      expect(again.threadsOf(id, 2).map(({ number }) => number)).toEqual(numbers(id, 2));
    }
    for (const thread of [1, 2, 3])
      expect(ids.filter((id) => numbers(id, 1)[0] === thread).length).toBeGreaterThan(10);
  });

  it('has its number of threads for its applications, and no more', () => {
    expect(threadedSettings({ ...OPTIONS, host }).threads).toBe(3);
    const make = () => new ThreadedStreamsApp({ ...OPTIONS, host, threads: 4 });
    expect(make).toThrow(expect.objectContaining({ name: 'ArgumentError', argument: 'options.threads' }));
    expect(make).toThrow('at most 3');
  });

  it('is of the cluster that its applications name', () => {
    expect(() => new ThreadedStreamsApp({ ...OPTIONS, bootstrapServers: '127.0.0.1:2', host })).toThrow(
      'different bootstrap.servers',
    );
  });
});

describe('keys and rows come over from a thread as they are', () => {
  it.each([
    ['a text', 'größer'],
    ['bytes', Buffer.from([0, 255])],
    ['a windowed key', new Windowed(Buffer.from('k'), { startMs: 0, endMs: 5 })],
    ['plain data with bytes', { a: [1n, null, { b: Buffer.from('x') }], c: new Date(5) }],
    ['what looks like what bytes are made', { $millrace: 'bytes', bytes: [Buffer.from('x')] }],
    ['a map', new Map([['a', 1]])],
  ])('%s', (_what, value) => {
    expect(receivedValue(structuredClone(copiedValue(value)))).toStrictEqual(value);
  });

  it('and bytes only with themselves', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 20_000; i++) deep = i % 2 === 0 ? { deep } : [deep];
    expect(() => copiedValue(deep)).toThrow('nested more than 500 deep');
    const part = copiedValue(Buffer.alloc(100_000).subarray(5, 8));
    expect(part).toMatchObject({ bytes: { buffer: { byteLength: 3 } } });
  });
});
