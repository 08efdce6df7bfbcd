import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../../src/client/index.ts';
import {
  Serdes,
  StreamsApp,
  type StreamsAppOptions,
  StreamsBuilder,
  type Topology,
} from '../../../src/streams/index.ts';
import { waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';
import { withoutOffsetCommits } from './offset-commits.ts';
import { topicContents } from './topic-contents.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
let folder: string;
let bootstrapServers: string;
let admin: Admin;

function countTopology({ loggingEnabled }: { readonly loggingEnabled: boolean }): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream('in', strings)
    .groupByKey()
    .count({ storeName: 'counts', keySerde: Serdes.string, loggingEnabled })
    .toStream()
    .mapValues(String)
    .to('out', strings);
  return builder.build();
}

function countApp(options: Pick<StreamsAppOptions, 'topology'> & Partial<StreamsAppOptions>): StreamsApp {
  return new StreamsApp({
    environment,
    applicationId: 'count',
    bootstrapServers,
    stateDir: path.join(folder, 'state'),
    commitIntervalMs: 60_000,
    ...options,
  });
}

async function produce(...keys: readonly string[]): Promise<void> {
  const producer = new Producer({ environment, bootstrapServers });
  for (const key of keys) producer.send({ topic: 'in', key, value: 'x' });
  await producer.close();
}

const processed = (app: StreamsApp, count: number): Promise<void> =>
  waitFor(environment, `${count} records`, () => app.metrics().tasks['0_0']?.processed === count);

const lastOutput = async (): Promise<string | undefined> =>
  (await topicContents('out', { environment, bootstrapServers })).at(-1);

describe('a commit', () => {
  beforeEach(async () => {
    const around = await brokerAndFolder();
    ({ bootstrapServers, folder } = around);
    admin = new Admin({ environment, bootstrapServers });
    await admin.createTopics(['in', 'out'].map((name) => ({ name, partitions: 1 })));
    return async () => {
      await admin.close();
      await around.close();
    };
  });

  it('fails when a changelog cannot be written, whatever is forgiven of results', async () => {
    await admin.createTopics([
      { name: 'count-counts-changelog', partitions: 1, configs: { 'max.message.bytes': '200' } },
    ]);
    const app = countApp({
      topology: countTopology({ loggingEnabled: true }),
      commitIntervalMs: 50,
      onFailure: { production: 'continue' },
    });
    const errors: string[] = [];
    app.errors$.subscribe((error) => errors.push(String(error)));
    await app.start();
    await produce('k'.repeat(2_000));
    await waitFor(environment, 'the end', () => app.state === 'ERROR');
    expect(errors.join('\n')).toContain('MESSAGE_TOO_LARGE');
    expect(await admin.listConsumerGroupOffsets('count')).toEqual([]);
    await app.close();
  });

  it('writes no local state before the offsets: what is read again is not counted again', async () => {
    const topology = countTopology({ loggingEnabled: false });
    const cut = countApp({
      environment: withoutOffsetCommits(environment),
      topology,
      consumer: { defaultApiTimeoutMs: 300 },
    });
    await cut.start();
    await produce('a', 'a', 'a');
    await processed(cut, 3);
    await cut.close();
    expect(await admin.listConsumerGroupOffsets('count')).toEqual([]);

    const app = countApp({ topology });
    await app.start();
    await processed(app, 3);
    await app.close();
    expect(await lastOutput()).toBe('a=3');
  });
});
