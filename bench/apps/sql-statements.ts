/**
 * A broker and a SQL server in this process, with so many queries over a topic that fills all the time, and statements one
 * after the other that each start one more query. Arguments: queries, statements. Prints the 99th percentiles of what a
 * statement takes from its text to the start of its query, topic and command included, and of how late the event loop is
 * meanwhile, which is what everybody else waits.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Broker } from '../../broker/index.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { SqlServer } from '../../src/server/index.ts';
import { appProcess } from '../harness/apps.ts';

const RESOLUTION_MS = 1;
const NANOSECONDS_PER_MS = 1_000_000;
const WARM_UP = 10;

const [queries = '20', statements = '100'] = process.argv.slice(2);
const data = mkdtempSync(path.join(tmpdir(), 'millrace-bench-'));
const broker = await Broker.start({
  environment: nodeEnvironment,
  config: { 'log.dirs': path.join(data, 'kafka'), listeners: 'PLAINTEXT://127.0.0.1:0' },
});
const bootstrapServers = `${broker.address.host}:${broker.address.port}`;
const server = await SqlServer.start({
  bootstrapServers,
  listen: { host: '127.0.0.1', port: 0 },
  data,
  properties: {},
  logger: silentLogger,
});

async function run(ksql: string): Promise<void> {
  const response = await fetch(`${server.url}/ksql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
}

const select = (name: string): string =>
  `CREATE STREAM ${name} AS SELECT id, UCASE(city) AS city, n * 2 + 1 AS m FROM s WHERE n >= 0;`;

await run(
  "CREATE STREAM s (id STRING KEY, city STRING, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
);
for (let i = 0; i < Number(queries); i++) await run(select(`q${i}`));
const feeder = appProcess('produce-latency', [bootstrapServers, 's', '{"CITY":"Rome","N":1}']);
await feeder.waitFor(/started/);

const times: number[] = [];
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
for (let i = 0; i < Number(statements) + WARM_UP; i++) {
  if (i === WARM_UP) delay.enable();
  const beganMs = performance.now();
  await run(select(`x${i}`));
  if (i >= WARM_UP) times.push(performance.now() - beganMs);
  await run(`DROP STREAM x${i} DELETE TOPIC;`);
}
delay.disable();
times.sort((a, b) => a - b);
const p99Ms = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
const waitP99Ms = Math.max(0, delay.percentile(99) / NANOSECONDS_PER_MS - RESOLUTION_MS);
console.log(`{"p99Ms":${p99Ms.toFixed(3)}}`);
console.log(`{"waitP99Ms":${waitP99Ms.toFixed(3)}}`);
await feeder.stop('SIGKILL');
await server.close();
await broker.close();
rmSync(data, { recursive: true, force: true });
process.exit(0);
