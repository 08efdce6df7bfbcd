import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Broker } from '../../broker/index.ts';
import type { Environment } from '../../src/base/environment.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import { Admin } from '../../src/client/index.ts';
import { SQL_STATE_FOLDER } from '../../src/server/config/index.ts';
import { SqlServer } from '../../src/server/index.ts';
import { eventually, post } from './platform.ts';

const { timers } = nodeEnvironment;
/** A server on it waits twenty times as long as it may before it gives something up: the machine may be slow. */
const patient: Environment = {
  ...nodeEnvironment,
  timers: {
    ...timers,
    after: (delayMs, callback) => timers.after(delayMs * 20, callback),
    sleep: (delayMs, signal) => timers.sleep(delayMs * 20, signal),
  },
};

let data: string;
let broker: Broker;
let server: SqlServer;
let admin: Admin;
let warnings: string[];
const logger: Logger = {
  ...silentLogger,
  warn: (message) => void warnings.push(message),
  child: () => logger,
};

beforeEach(async () => {
  warnings = [];
  data = mkdtempSync(path.join(tmpdir(), 'millrace-push-stop-'));
  const config = {
    'log.dirs': path.join(data, 'kafka'),
    listeners: 'PLAINTEXT://127.0.0.1:0',
    'group.initial.rebalance.delay.ms': 0,
  };
  broker = await Broker.start({ config });
  const bootstrapServers = `127.0.0.1:${broker.address.port}`;
  const listen = { host: '127.0.0.1', port: 0 };
  server = await SqlServer.start({
    ...{ bootstrapServers, listen, data, logger, environment: patient, properties: {} },
  });
  admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
});
afterEach(async () => {
  await admin.close();
  await server.close();
  await broker.close();
  rmSync(data, { recursive: true });
});

const ofPushQueries = (names: readonly string[]): readonly string[] =>
  names.filter((name) => name.includes('transient_'));
const topics = async (): Promise<readonly string[]> =>
  ofPushQueries((await admin.listTopics({ includeInternal: true })).map(({ name }) => name));
const groups = async (): Promise<readonly string[]> =>
  ofPushQueries((await admin.listGroups()).map(({ groupId }) => groupId));
const folders = (): readonly string[] => ofPushQueries(readdirSync(path.join(data, SQL_STATE_FOLDER)));

/** What a push query answers until it ends. */
async function answerOf(sql: string): Promise<string> {
  const response = await fetch(`${server.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  });
  return response.text();
}

it('a stop removes what the push queries had that it ends', async () => {
  const { status, body } = await post(`${server.url}/ksql`, {
    ksql: "CREATE STREAM ticks (id STRING KEY, n INT) WITH (KAFKA_TOPIC='ticks', VALUE_FORMAT='JSON', PARTITIONS=2);",
  });
  expect(status, JSON.stringify(body)).toBe(200);
  const answers = Promise.all([
    answerOf('SELECT n, COUNT(*) AS c FROM ticks GROUP BY n EMIT CHANGES;'),
    answerOf('SELECT n, SUM(n) AS c FROM ticks GROUP BY n EMIT CHANGES;'),
    answerOf('SELECT * FROM ticks EMIT CHANGES;'),
  ]);
  await eventually(async () => ((await groups()).length === 3 ? true : undefined));
  await eventually(async () => ((await topics()).length === 4 ? true : undefined));
  expect(folders()).toHaveLength(3);

  await server.close();
  for (const answer of await answers) expect(answer).toContain('shutting down');
  expect(folders()).toEqual([]);
  expect(await groups()).toEqual([]);
  expect(await topics()).toEqual([]);
  expect(warnings).toEqual([]);
});
