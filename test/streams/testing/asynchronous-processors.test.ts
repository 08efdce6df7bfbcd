import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  type Processor,
  type ProcessorContext,
  Serdes,
  StreamRecord,
  StreamsBuilder,
  type StreamsFailure,
} from '../../../src/streams/index.ts';
import { type TestDriverOptions, TopologyTestDriver } from '../../../src/streams/testing/index.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

function driverOf(
  supplier: () => Processor<string, string, string, string>,
  options: TestDriverOptions = {},
): {
  readonly driver: TopologyTestDriver;
  readonly pipe: (value: string, timestamp?: number) => void;
  readonly read: () => readonly (string | null)[];
} {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).process(supplier).to('out', strings);
  const driver = new TopologyTestDriver(builder.build(), options);
  const input = driver.createInputTopic('in', strings);
  const output = driver.createOutputTopic('out', strings);
  return {
    driver,
    pipe: (value, timestamp = 0) => input.pipeInput('k', value, { timestamp }),
    read: () => output.readKeyValues().map(([, value]) => value),
  };
}

/** Forwards what the wall clock says, a while after it was told. */
class Late implements Processor<string, string, string, string> {
  readonly #names: readonly string[];
  readonly #type: 'stream-time' | 'wall-clock-time';
  readonly #wait: (name: string) => Promise<void>;
  #context: ProcessorContext<string, string> | undefined;

  constructor(
    names: readonly string[],
    type: 'stream-time' | 'wall-clock-time',
    wait: (name: string) => Promise<void>,
  ) {
    this.#names = names;
    this.#type = type;
    this.#wait = wait;
  }

  init(context: ProcessorContext<string, string>): void {
    this.#context = context;
    for (const name of this.#names) {
      const forward = (text: string): void =>
        void context.forward(new StreamRecord('k', `${name} ${text}`, 0));
      context.schedule({
        intervalMs: 10,
        type: this.#type,
        callback: async (now) => {
          forward(`begins at ${now}`);
          await this.#wait(name);
          forward('ends');
        },
      });
    }
  }

  process(record: StreamRecord<string, string>): void {
    void this.#context?.forward(record);
  }
}

const afterAWhile = async (): Promise<void> => {
  await sleep(5);
};

describe('a punctuator that answers a promise', () => {
  it('is waited for: one after the other, and all that it forwards is there then', async () => {
    const { driver, read } = driverOf(() => new Late(['a', 'b'], 'wall-clock-time', afterAWhile));
    driver.advanceWallClock(10);
    expect(read).toThrow('a processor or punctuator has answered a promise');
    await driver.idle();
    expect(read()).toEqual(['a begins at 10', 'a ends', 'b begins at 10', 'b ends']);
  });

  it('holds up the records that come after the one that it was due with', async () => {
    const { driver, pipe, read } = driverOf(() => new Late(['a'], 'stream-time', afterAWhile));
    pipe('one', 5);
    pipe('two', 25);
    await driver.idle();
    expect(read()).toEqual(['one', 'a begins at 5', 'a ends', 'two', 'a begins at 25', 'a ends']);
  });

  it('fails as a record does: its rejection goes to the handler', async () => {
    const told: unknown[] = [];
    const wait = (name: string): Promise<void> => Promise.reject(new Error(`${name} cannot`));
    const supplier = (): Late => new Late(['a', 'b'], 'wall-clock-time', wait);
    const forgiving = driverOf(supplier, {
      onFailure: {
        processing: (error, { nodeName, record }) => {
          told.push([String(error), nodeName, record]);
          return 'continue';
        },
      },
    });
    forgiving.driver.advanceWallClock(10);
    await forgiving.driver.idle();
    expect(told).toEqual([
      ['Error: a cannot', 'KSTREAM-PROCESSOR-0000000001', undefined],
      ['Error: b cannot', 'KSTREAM-PROCESSOR-0000000001', undefined],
    ]);
    expect(forgiving.read()).toEqual(['a begins at 10', 'b begins at 10']);
    expect(forgiving.driver.counts.dropped).toEqual({ processing: 2 });

    const strict = driverOf(supplier);
    strict.driver.advanceWallClock(10);
    await expect(strict.driver.idle()).rejects.toMatchObject({
      kind: 'processing',
      message: expect.stringContaining('a cannot'),
    } satisfies Partial<StreamsFailure>);
  });
});

describe('a processor that answers a promise', () => {
  const late = (): Processor<string, string, string, string> => {
    let forward: (record: StreamRecord<string, string>) => void;
    return {
      init: (context) => {
        forward = (record) => void context.forward(record);
      },
      async process(record) {
        await afterAWhile();
        if (record.value === 'bad') throw new Error('too bad');
        forward(record);
      },
    };
  };

  it('is tested with the driver: records keep their order', async () => {
    const { driver, pipe, read } = driverOf(late);
    for (const value of ['a', 'b', 'c']) pipe(value);
    await driver.idle();
    expect(read()).toEqual(['a', 'b', 'c']);
  });

  it('fails where the driver is waited for, or used next', async () => {
    const { driver, pipe } = driverOf(late);
    pipe('bad');
    await expect(driver.idle()).rejects.toThrow('too bad');
    pipe('bad');
    await sleep(50);
    expect(() => pipe('good')).toThrow('too bad');
    pipe('good');
    await driver.idle();
  });
});
