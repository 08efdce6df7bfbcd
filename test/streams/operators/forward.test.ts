import { describe, expect, it } from 'vitest';
import {
  type KeyValueStore,
  keyValueStore,
  type Processor,
  type ProcessorContext,
  Serdes,
  type StreamRecord,
  StreamsBuilder,
  type Topology,
} from '../../../src/streams/index.ts';
import { type TestDriverOptions, TopologyTestDriver } from '../../../src/streams/testing/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const counted = { keySerde: Serdes.string, valueSerde: Serdes.long };

type Forward = (context: ProcessorContext<string, number>, record: StreamRecord<string, number>) => void;

const COUNTS = keyValueStore({ name: 'counts', ...counted });

/** Puts 1 and 2 into its store, and forwards each. */
function counting(forward: Forward): Processor<string, string, string, number> {
  let context: ProcessorContext<string, number>;
  let counts: KeyValueStore<string, number>;
  return {
    init(given) {
      context = given;
      counts = given.getStateStore(COUNTS);
    },
    process(record) {
      for (const count of [1, 2]) {
        void counts.put(record.key, count);
        forward(context, record.withValue(count));
      }
    },
  };
}

/** Notes what the store holds for each record that comes. */
function looking(seen: unknown[]): Processor<string, number, string, number> {
  let counts: KeyValueStore<string, number>;
  return {
    init(given) {
      counts = given.getStateStore(COUNTS);
    },
    process({ key, value }) {
      seen.push([value, counts.get(key)]);
      if (key === 'bad' && value === 1) throw new Error('not this one');
    },
  };
}

function topologyOf(
  seen: unknown[],
  forward: Forward = (context, record) => void context.forward(record),
): Topology {
  const builder = new StreamsBuilder();
  builder.addStateStore(COUNTS);
  builder
    .stream('in', strings)
    .process(() => counting(forward), { ...counted, stores: [COUNTS], name: 'count' })
    .process(() => looking(seen), { ...counted, stores: ['counts'], name: 'look' });
  return builder.build();
}

function write(topology: Topology, options: TestDriverOptions = {}): (key: string) => void {
  const input = new TopologyTestDriver(topology, options).createInputTopic('in', strings);
  return (key) => input.pipeInput(key, 'v', { timestamp: 3 });
}

describe('forward', () => {
  it('runs the children before it returns: they see the store as it is then', () => {
    const seen: unknown[] = [];
    write(topologyOf(seen))('a');
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('to a child by name does so, too', () => {
    const seen: unknown[] = [];
    write(topologyOf(seen, (context, record) => void context.forward(record, 'look')))('a');
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('throws what a child throws, where that stops the task', () => {
    const seen: unknown[] = [];
    const thrown: unknown[] = [];
    const topology = topologyOf(seen, (context, record) => {
      try {
        void context.forward(record);
      } catch (error) {
        thrown.push(String(error));
        throw error;
      }
    });
    expect(() => write(topology)('bad')).toThrow(/node look: not this one/);
    expect(thrown).toEqual([expect.stringMatching(/node look: not this one/)]);
    expect(seen).toEqual([[1, 1]]);
  });

  it('goes on where the failure of a child is forgiven, and asks the handler once', () => {
    const seen: unknown[] = [];
    const asked: string[] = [];
    const processing = (error: unknown, { nodeName }: { readonly nodeName: string }): 'continue' => {
      asked.push(`${nodeName}: ${String(error)}`);
      return 'continue';
    };
    write(topologyOf(seen), { onFailure: { processing } })('bad');
    expect(asked).toEqual(['look: Error: not this one']);
    expect(seen).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('leaves the record in flight what it was: a store is written at the time of its own record', () => {
    const builder = new StreamsBuilder();
    builder.addStateStore(keyValueStore({ name: 'counts', ...counted }));
    const times: number[] = [];
    builder
      .stream('in', strings)
      .process(
        (): Processor<string, string, string, string> => {
          let context: ProcessorContext<string, string>;
          return {
            init(given) {
              context = given;
            },
            process(record) {
              void context.forward(record.withTimestamp(99));
              times.push(context.recordMetadata()?.timestamp ?? -1);
            },
          };
        },
        { ...strings, name: 'later' },
      )
      .peek((_key, _value, { timestamp }) => void times.push(timestamp));
    write(builder.build())('a');
    expect(times).toEqual([99, 3]);
  });

  it('of several values, the first is done with all that comes of it before the second begins', () => {
    const builder = new StreamsBuilder();
    const seen: string[] = [];
    builder
      .stream('in', strings)
      .flatMapValues((value) => [`${value}1`, `${value}2`], strings)
      .flatMapValues((value) => [`${value}a`, `${value}b`], strings)
      .peek((_key, value) => void seen.push(value))
      .split()
      .branch((_key, value) => value.endsWith('a'), {
        chain: (stream) => stream.peek((_k, value) => void seen.push(`A${value}`)),
      })
      .noDefaultBranch();
    write(builder.build())('a');
    expect(seen).toEqual(['v1a', 'Av1a', 'v1b', 'v2a', 'Av2a', 'v2b']);
  });

  it('stops a chain of stateless operators at the first value that stops the task', () => {
    const builder = new StreamsBuilder();
    const seen: string[] = [];
    builder
      .stream('in', strings)
      .flatMapValues(() => ['one', 'bad', 'two'], strings)
      .process(
        (): Processor<string, string, string, string> => ({
          process({ value }) {
            if (value === 'bad') throw new Error('not this one');
            seen.push(value);
          },
        }),
        { ...strings, name: 'picky' },
      );
    expect(() => write(builder.build())('a')).toThrow(/node picky: not this one/);
    expect(seen).toEqual(['one']);
  });
});
