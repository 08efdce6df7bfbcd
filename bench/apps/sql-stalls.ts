/**
 * A broker and a SQL server in this process, and the longest statements one after the other. Prints the most processor
 * time that the event loop had between two turns, which is what a statement keeps from everybody else, and of which one.
 */
import { mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Broker } from '../../broker/index.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { SqlServer } from '../../src/server/index.ts';
import { longStatements, SOURCES } from '../harness/long-statements.ts';

const NANOSECONDS_PER_MS = 1_000_000;
/** What a statement has started goes on after its answer. */
const AFTER_MS = 1_000;

const data = mkdtempSync(path.join(tmpdir(), 'millrace-bench-'));
const broker = await Broker.start({
  environment: nodeEnvironment,
  config: { 'log.dirs': path.join(data, 'kafka'), listeners: 'PLAINTEXT://127.0.0.1:0' },
});
const server = await SqlServer.start({
  bootstrapServers: `${broker.address.host}:${broker.address.port}`,
  listen: { host: '127.0.0.1', port: 0 },
  data,
  properties: {},
  logger: silentLogger,
});

// The thread's own time, by Linux: what others of the machine take does not count.
const schedule = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
const text = Buffer.alloc(64);
function processorMs(): number {
  const length = readSync(schedule, text, 0, text.length, 0);
  return Number(text.toString('latin1', 0, length).split(' ')[0]) / NANOSECONDS_PER_MS;
}

let longestMs = 0;
let lastMs = processorMs();
function turn(): void {
  longestMs = Math.max(longestMs, processorMs() - lastMs);
  lastMs = processorMs();
  setImmediate(turn);
}

async function run(ksql: string): Promise<void> {
  await fetch(`${server.url}/ksql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql }),
  }).then((response) => response.text());
}

await run(SOURCES);
for (let i = 0; i < 10; i++) {
  await run(`CREATE STREAM w AS SELECT id, n + 1 AS m FROM s; DROP STREAM w DELETE TOPIC;`);
}
turn();
let ofAllMs = 0;
for (const { name, sql } of longStatements) {
  await sleep(AFTER_MS);
  longestMs = 0;
  await run(sql);
  await sleep(AFTER_MS);
  console.log(`${longestMs.toFixed(1)} ms: ${name}`);
  ofAllMs = Math.max(ofAllMs, longestMs);
}
console.log(`{"longestMs":${ofAllMs.toFixed(3)}}`);
await Promise.race([server.close(), sleep(AFTER_MS)]);
rmSync(data, { recursive: true, force: true });
process.exit(0);
