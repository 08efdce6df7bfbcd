import { map, scan } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Serdes, StreamRecord, StreamsBuilder } from '../../../src/streams/index.ts';
import { Executor, type RuntimeNode } from '../../../src/streams/runtime/executor.ts';
import { ProcessingTurn } from '../../../src/streams/runtime/processing-turn.ts';
import { RxSegment } from '../../../src/streams/runtime/rx-segment.ts';
import { type TestDriverOptions, TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import type { AnyRecord } from '../../../src/streams/record.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const record = (value: string): AnyRecord => new StreamRecord('k', value, 1);

/** Nodes that note what they see: each forwards `fanOut` records to its children. */
function graph(executor: Executor, seen: string[]) {
  return (name: string, fanOut: number, children: RuntimeNode[], load?: () => Promise<void>): RuntimeNode => {
    const node: RuntimeNode = {
      name,
      children,
      load,
      process(input) {
        seen.push(`${name}:${String(input.value)}`);
        for (let i = 0; i < fanOut; i++) executor.forward(node, record(`${String(input.value)}${i}`));
      },
    };
    return node;
  };
}

describe('the executor', () => {
  it.each([
    ['at once', undefined],
    ['after waiting', () => Promise.resolve()],
  ])('runs depth-first, in the order forwarded, when state is there %s', async (_when, load) => {
    const seen: string[] = [];
    const executor = new Executor((error) => {
      throw error;
    });
    const node = graph(executor, seen);
    const left = node('left', 1, [node('leaf', 0, [])], load);
    await executor.run(node('root', 2, [left, node('right', 0, [])]), record('r'));
    expect(seen).toEqual(['root:r', 'left:r0', 'leaf:r00', 'right:r0', 'left:r1', 'leaf:r10', 'right:r1']);
  });

  it('has the turn while its nodes run, and not while they wait', async () => {
    const turns = new Int32Array(1);
    const turn = new ProcessingTurn(7, turns);
    const executor = new Executor((error) => {
      throw error;
    }, turn);
    const seen: string[] = [];
    const load = async (): Promise<void> => {
      await new Promise(setImmediate);
      seen.push(`waited in the turn of ${turns[0]}`);
    };
    const noting = (name: string, children: RuntimeNode[]): RuntimeNode => {
      const node: RuntimeNode = {
        ...{ name, children, load },
        process(input) {
          seen.push(`${name} in the turn of ${turns[0]}`);
          executor.forward(node, input);
        },
      };
      return node;
    };
    const root = noting('root', [noting('left', []), noting('right', [])]);
    const running = turn.during(() => executor.run(root, record('r')));
    expect([...turns]).toEqual([-1]);
    await running;
    const steps = ['root', 'left', 'right'].map((name) => `${name} in the turn of 7`);
    expect(seen).toEqual(steps.flatMap((step) => ['waited in the turn of -1', step]));
    expect([...turns]).toEqual([-1]);
  });

  it('answers no promise while nobody has to wait', () => {
    const executor = new Executor((error) => {
      throw error;
    });
    expect(executor.run(graph(executor, [])('only', 0, []), record('r'))).toBeUndefined();
  });

  it('keeps the order where a node forwards on while one of its children waits', async () => {
    const seen: string[] = [];
    const executor = new Executor((error) => {
      throw error;
    });
    const node = graph(executor, seen);
    const slow: RuntimeNode = {
      name: 'slow',
      children: [node('below', 0, [])],
      load: undefined,
      async process(input) {
        await Promise.resolve();
        seen.push(`slow:${String(input.value)} at ${executor.current.timestamp}`);
        executor.forward(slow, new StreamRecord('k', `${String(input.value)}!`, 7));
        await executor.unfinished(slow);
        seen.push(`done:${String(input.value)} at ${executor.current.timestamp}`);
      },
    };
    await executor.run(node('root', 2, [slow, node('right', 0, [])]), record('r'));
    expect(seen).toEqual([
      ...['root:r', 'slow:r0 at 1', 'below:r0!', 'done:r0 at 1', 'right:r0'],
      ...['slow:r1 at 1', 'below:r1!', 'done:r1 at 1', 'right:r1'],
    ]);
  });

  it('is done when all is done that was forwarded, though nobody has waited for it', async () => {
    const seen: string[] = [];
    const executor = new Executor((error) => {
      throw error;
    });
    const failing: RuntimeNode = {
      name: 'failing',
      children: [],
      load: undefined,
      async process(input) {
        await Promise.resolve();
        seen.push(String(input.value));
        throw new Error('late');
      },
    };
    const root = graph(executor, seen)('root', 1, [failing]);
    await expect(async () => executor.run(root, record('r'))).rejects.toThrow('late');
    expect(seen).toEqual(['root:r', 'r0']);
    await expect(async () => executor.run(root, record('s'))).rejects.toThrow('late');
  });

  it('runs what was forwarded while nothing ran before the next record', () => {
    const seen: string[] = [];
    const executor = new Executor((error) => {
      throw error;
    });
    const node = graph(executor, seen);
    const root = node('root', 1, [node('leaf', 0, [])]);
    executor.forward(root, record('early'));
    expect(seen).toEqual([]);
    void executor.run(root, record('r'));
    expect(seen).toEqual(['leaf:early', 'root:r', 'leaf:r0']);
  });

  it('goes on with the other records when a failure is forgiven, and is usable after one that is not', async () => {
    const failures: unknown[] = [];
    let forgive = true;
    const executor = new Executor((error) => {
      failures.push(error);
      if (!forgive) throw error;
    });
    const seen: string[] = [];
    const node = graph(executor, seen);
    const failing: RuntimeNode = {
      name: 'f',
      children: [],
      load: undefined,
      process: () => {
        throw new Error('no');
      },
    };
    const root = node('root', 1, [failing, node('other', 0, [])]);
    await executor.run(root, record('a'));
    expect(seen).toEqual(['root:a', 'other:a0']);
    forgive = false;
    expect(() => executor.run(root, record('b'))).toThrow('no');
    forgive = true;
    await executor.run(root, record('c'));
    expect(seen.slice(2)).toEqual(['root:b', 'root:c', 'other:c0']);
    expect(failures).toHaveLength(3);
  });
});

describe('a key that is written as nothing', () => {
  const badKeys = {
    serialize: (_topic: string, key: string) => (key === 'bad' ? null : Buffer.from(key)),
    deserialize: (_topic: string, bytes: Buffer) => bytes.toString(),
  };

  const counted = (options: TestDriverOptions) => {
    const builder = new StreamsBuilder();
    const kept = { keySerde: badKeys, valueSerde: Serdes.long };
    builder.stream('in', strings).groupByKey(strings).count(kept).toStream().to('out', kept);
    const driver = new TopologyTestDriver(builder.build(), options);
    const input = driver.createInputTopic('in', strings);
    const output = driver.createOutputTopic('out', kept);
    return {
      write: (key: string) => input.pipeInput(key, 'v'),
      keys: () => output.readKeyValues().map(([key]) => key),
    };
  };

  it('costs its record where the handler of errors says so', () => {
    const errors: string[] = [];
    const { write, keys } = counted({
      onFailure: {
        processing: (error, { nodeName }) => {
          errors.push(`${nodeName}: ${String(error)}`);
          return 'continue';
        },
      },
    });
    for (const key of ['a', 'bad', 'b']) write(key);
    expect(keys()).toEqual(['a', 'b']);
    expect(errors).toEqual([expect.stringMatching(/^KSTREAM-AGGREGATE-.*serializes to nothing/)]);
  });

  it('is a failure of its task otherwise, which names the record', () => {
    const { write } = counted({});
    write('a');
    expect(() => write('bad')).toThrow(
      /^processing of the record at in-0 offset 1 failed .* serializes to nothing/,
    );
  });
});

describe('a segment of RxJS operators', () => {
  it('works on after an error, with a new pipeline', () => {
    const out: unknown[] = [];
    const failing = map((input: AnyRecord): AnyRecord => {
      if (input.value === 'bad') throw new Error('bad record');
      return input;
    });
    const segment = new RxSegment([failing], (each) => out.push(each.value));
    segment.process(record('1'));
    expect(() => segment.process(record('bad'))).toThrow('bad record');
    segment.process(record('2'));
    expect(out).toEqual(['1', '2']);
  });

  it('takes any synchronous operator by stream.pipe()', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .pipe(
        scan((longest: StreamRecord<string, string>, next) =>
          next.value.length > longest.value.length ? next : longest,
        ),
        { ...strings, keepsKey: true },
      )
      .to('out');
    const driver = new TopologyTestDriver(builder.build());
    const input = driver.createInputTopic('in', strings);
    for (const word of ['aa', 'a', 'aaa']) input.pipeInput('k', word);
    expect(driver.createOutputTopic('out', strings).readKeyValues()).toEqual([
      ['k', 'aa'],
      ['k', 'aa'],
      ['k', 'aaa'],
    ]);
  });

  it('names the node of a function that throws, and the record', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .peek(() => {})
      .mapValues((): string => {
        throw new Error('oops');
      })
      .to('out', strings);
    const driver = new TopologyTestDriver(builder.build());
    expect(() => driver.createInputTopic('in', strings).pipeInput('k', 'v')).toThrow(
      /processing of the record at in-0 offset 0 failed in task 0_0, node KSTREAM-MAPVALUES-0000000002: oops/,
    );
  });
});
