import { beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import { Serdes, StreamsApp, StreamsBuilder } from '../../../src/streams/index.ts';
import { createTopics, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
let folder: string;
let bootstrapServers: string;

beforeEach(async () => {
  const around = await brokerAndFolder();
  ({ bootstrapServers, folder } = around);
  await createTopics(environment, bootstrapServers, { in: 1 });
  return () => around.close();
});

it('ends a start that waits for somebody else to describe its topics when it is closed', async () => {
  const builder = new StreamsBuilder();
  builder.stream('in', strings).to('out', strings);
  const { timers } = environment;
  const app = new StreamsApp(
    {
      // What would be waited for has come.
      environment: { ...environment, timers: { ...timers, after: (_, then) => timers.after(0, then) } },
      bootstrapServers,
      applicationId: 'described',
      topology: builder.build(),
      stateDir: folder,
    },
    { describeTopics: () => new Promise(() => undefined) },
  );
  const started = expect(app.start()).rejects.toMatchObject({ code: 'CLOSED' });
  await app.close();
  await started;
  expect(app.state).toBe('ERROR');
});

it('asks whoever it was given about its topics, and is not connected by itself before it has started', async () => {
  const admin = new Admin({ environment, bootstrapServers });
  const builder = new StreamsBuilder();
  builder.stream('in', strings).to('out', strings);
  const asked: string[] = [];
  const app = new StreamsApp(
    {
      environment,
      bootstrapServers,
      applicationId: 'described',
      topology: builder.build(),
      stateDir: folder,
    },
    {
      describeTopics: (names) => {
        asked.push(...names);
        return admin.describeTopics(names, { existingOnly: true });
      },
    },
  );
  await app.start();
  expect(asked).toEqual(['in']);
  await waitFor(environment, 'RUNNING', () => app.state === 'RUNNING');
  await app.close();
  await admin.close();
});
