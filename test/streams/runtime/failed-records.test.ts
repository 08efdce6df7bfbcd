import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { messageOf } from '../../../src/base/errors.ts';
import { Admin, Producer } from '../../../src/client/index.ts';
import {
  type FailureContext,
  type FailureHandler,
  type FailureKind,
  type Serde,
  Serdes,
  StreamsApp,
  StreamsBuilder,
} from '../../../src/streams/index.ts';
import { TopologyTestDriver } from '../../../src/streams/testing/index.ts';
import { waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';
import { topicContents } from './topic-contents.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const headers = [{ key: 'h', value: Buffer.from('x') }];
/** A count, as a text that a test can read. */
const countText: Serde<number> = {
  serialize: (_topic, count) => Buffer.from(String(count)),
  deserialize: (_topic, bytes) => Number(bytes.toString()),
};
/** What has no JSON. */
const endless: { self?: unknown } = {};
endless.self = endless;

/** Runs one record through a topology that fails in a way; answers what the handler was told. */
function toldOf(kind: FailureKind, value: string): FailureContext | undefined {
  const builder = new StreamsBuilder();
  builder
    .stream('in', { keySerde: Serdes.string, valueSerde: Serdes.json<string>() })
    .mapValues((text): unknown => {
      if (text === 'process') throw new Error('cannot');
      return endless;
    })
    .to('out', { keySerde: Serdes.string, valueSerde: Serdes.json() });
  let told: FailureContext | undefined;
  const handler: FailureHandler = (_error, context) => {
    told = context;
    return 'continue';
  };
  const driver = new TopologyTestDriver(builder.build(), { onFailure: { [kind]: handler } });
  driver.pipeRaw('in', { key: Buffer.from('k'), value: Buffer.from(value), timestamp: 5, headers });
  driver.close();
  return told;
}

describe('a failure handler is given the record', () => {
  const origin = { topic: 'in', partition: 0, offset: 0, taskId: '0_0' };

  it('in bytes where it could not be read', () => {
    expect(toldOf('deserialization', 'no json')).toEqual({
      ...origin,
      nodeName: 'KSTREAM-SOURCE-0000000000',
      sink: undefined,
      record: { key: Buffer.from('k'), value: Buffer.from('no json'), timestamp: 5, headers },
    });
  });

  it('as the node was given it where it could not be processed', () => {
    expect(toldOf('processing', '"process"')).toMatchObject({
      ...origin,
      nodeName: 'KSTREAM-MAPVALUES-0000000001',
      sink: undefined,
      record: { key: 'k', value: 'process', timestamp: 5, headers },
    });
  });

  it('as it was to be written, and where to, where it could not be made bytes', () => {
    expect(toldOf('production', '"produce"')).toMatchObject({
      ...origin,
      nodeName: 'KSTREAM-SINK-0000000002',
      sink: { topic: 'out' },
      record: { key: 'k', value: endless, timestamp: 5, headers },
    });
  });

  it.each([undefined, 'retry', null])('and must answer: %s is no answer', (answer) => {
    const builder = new StreamsBuilder();
    builder.stream('in', strings).foreach(() => {
      throw new Error('cannot');
    });
    const processing = (): 'fail' => answer as unknown as 'fail';
    const driver = new TopologyTestDriver(builder.build(), { onFailure: { processing } });
    expect(() => driver.createInputTopic('in', strings).pipeInput('k', 'v')).toThrow(
      /the processing handler gave .*: expected 'fail' or 'continue'/,
    );
  });

  it('and answers at once: a promise would pass for forgiveness', () => {
    const builder = new StreamsBuilder();
    builder.stream('in', strings).foreach(() => {
      throw new Error('cannot');
    });
    const processing = (): 'fail' => Promise.reject(new Error('later')) as unknown as 'fail';
    const driver = new TopologyTestDriver(builder.build(), { onFailure: { processing } });
    expect(() => driver.createInputTopic('in', strings).pipeInput('k', 'v')).toThrow(
      'the processing handler gave a promise',
    );
  });
});

describe('a record that cannot be read, or has no time', () => {
  it.each(['bytes', 'time'])('stops nothing before it: no %s', async (what) => {
    const around = await brokerAndFolder();
    const { bootstrapServers, folder } = around;
    const admin = new Admin({ environment, bootstrapServers });
    await admin.createTopics([{ name: 'in' }, { name: 'out' }].map((topic) => ({ ...topic, partitions: 1 })));
    const producer = new Producer({ environment, bootstrapServers });
    for (const value of ['"a"', '"b"', what === 'bytes' ? 'no json' : '"timeless"', '"c"'])
      producer.send({ topic: 'in', key: 'k', value });
    await producer.close();
    const builder = new StreamsBuilder();
    builder
      .stream('in', {
        keySerde: Serdes.string,
        valueSerde: Serdes.json<string>(),
        timestampExtractor: ({ value }) => {
          if (value === 'timeless') throw new Error('no time');
          return 1;
        },
      })
      .groupByKey()
      .count({ storeName: 'counts', keySerde: Serdes.string })
      .toStream()
      .to('out', { keySerde: Serdes.string, valueSerde: countText });
    const asked: number[] = [];
    const app = new StreamsApp({
      environment,
      applicationId: 'poisoned',
      bootstrapServers,
      topology: builder.build(),
      stateDir: folder,
      onFailure: {
        deserialization: (_error, { offset }) => {
          asked.push(offset);
          return 'fail';
        },
      },
    });
    await app.start();
    await waitFor(environment, 'the end', () => app.state === 'ERROR');
    await app.close();
    expect(await topicContents('out', { environment, bootstrapServers })).toEqual(['k=2']);
    expect((await admin.listConsumerGroupOffsets('poisoned')).map(({ offset }) => offset)).toEqual([2]);
    expect(asked).toEqual(what === 'bytes' ? [2] : []);
    await admin.close();
    await around.close();
  });

  it('is passed over by a driver that goes on', () => {
    const builder = new StreamsBuilder();
    const seen: string[] = [];
    builder
      .stream('in', { keySerde: Serdes.string, valueSerde: Serdes.json<string>() })
      .foreach((_key, value) => void seen.push(value));
    const driver = new TopologyTestDriver(builder.build());
    const pipe = (value: string): void =>
      driver.pipeRaw('in', { key: null, value: Buffer.from(value), timestamp: 1 });
    expect(() => pipe('no json')).toThrow('deserialization of the record at in-0 offset 0 failed');
    pipe('"a"');
    expect(seen).toEqual(['a']);
  });
});

describe('results that the broker refuses', () => {
  let folder: string;
  let bootstrapServers: string;
  beforeEach(async () => {
    const around = await brokerAndFolder();
    ({ bootstrapServers, folder } = around);
    const admin = new Admin({ environment, bootstrapServers });
    await admin.createTopics([
      { name: 'in', partitions: 1 },
      { name: 'out', partitions: 1, configs: { 'max.message.bytes': '300' } },
    ]);
    await admin.close();
    return () => around.close();
  });

  function appOf(production: FailureHandler): StreamsApp {
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .mapValues((value) => value.repeat(value === 'large' ? 1_000 : 1), strings)
      .to('out', strings);
    return new StreamsApp({
      environment,
      applicationId: 'refused',
      bootstrapServers,
      topology: builder.build(),
      stateDir: folder,
      commitIntervalMs: 50,
      onFailure: { production },
    });
  }

  async function send(...values: readonly string[]): Promise<void> {
    const producer = new Producer({ environment, bootstrapServers });
    for (const value of values) producer.send({ topic: 'in', key: 'k', value, timestamp: 7, headers });
    await producer.close();
  }

  it('are handed to the production handler in bytes, without those that came through', async () => {
    const told: FailureContext[] = [];
    const app = appOf((_error, context) => {
      told.push(context);
      return 'continue';
    });
    await send('small', 'large', 'small');
    await app.start();
    await waitFor(environment, 'the refusal', () => app.metrics().droppedOutputs > 0);
    await app.close();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      topic: 'in',
      partition: 0,
      offset: 1,
      taskId: '0_0',
      nodeName: 'KSTREAM-SINK-0000000002',
      input: { key: 'k', value: 'large', timestamp: 7, headers },
      sink: { topic: 'out', partition: 0 },
      record: { key: Buffer.from('k'), value: Buffer.from('large'.repeat(1_000)), timestamp: 7, headers },
    });
  });

  it('end the application when the handler throws, or says nothing', async () => {
    const app = appOf(() => {
      throw new Error('the handler is broken');
    });
    const errors: string[] = [];
    app.errors$.subscribe((error) => errors.push(messageOf(error)));
    await send('large');
    await app.start();
    await waitFor(environment, 'the end', () => app.state === 'ERROR');
    expect(errors).toEqual(['the handler is broken']);
    await app.close();
  });
});
