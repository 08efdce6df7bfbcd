import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Serdes, StreamsApp, StreamsBuilder } from '../../../src/streams/index.ts';
import { createTopics, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
/** Enough of them that a member does not tell them unasked. */
const topicsOf = (name: string): readonly string[] => Array.from({ length: 12 }, (_, i) => `${name}-${i}`);

let around: BrokerAndFolder;
const apps: StreamsApp[] = [];

beforeEach(async () => {
  around = await brokerAndFolder();
  return async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await around.close();
  };
});

it('applications of one id and large topologies notice each other, say what differs, and run what each has', async () => {
  const all = [...topicsOf('x'), ...topicsOf('y')];
  await createTopics(environment, around.bootstrapServers, {
    ...Object.fromEntries(all.map((topic) => [topic, 1])),
    out: 1,
  });
  const warnings = new Map<string, string>();
  const start = async (name: string): Promise<StreamsApp> => {
    const builder = new StreamsBuilder();
    for (const topic of topicsOf(name)) builder.stream(topic, strings).to('out', strings);
    const app = new StreamsApp({
      environment,
      applicationId: 'one-id',
      bootstrapServers: around.bootstrapServers,
      topology: builder.build(),
      stateDir: `${around.folder}/${name}`,
      consumer: { heartbeatIntervalMs: 300 },
      logger: {
        ...silentLogger,
        warn: (message, fields) => void warnings.set(name, `${message} ${JSON.stringify(fields)}`),
      },
    });
    apps.push(app);
    await app.start();
    return app;
  };
  const [x, y] = [await start('x'), await start('y')];
  await waitFor(environment, 'all tasks at who has them', () =>
    [x, y].every((app) => app.state === 'RUNNING' && Object.keys(app.metrics().tasks).length === 12),
  );
  await waitFor(environment, 'both to be told', () =>
    ['x', 'y'].every((name) => warnings.get(name)?.includes('run different topologies') === true),
  );
  expect(warnings.get('x')).toMatch(/sub-topology 0 reads [xy]-0 in one and [xy]-0 in the other/);
});
