/**
 * Many idle applications on stream threads: on one thread of a host, or on a thread of its own each. Arguments: bootstrap servers,
 * `host` or `own`, number of applications. Prints the memory that they take, the threads of the process, and the time until all
 * run, then ends.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment as environment } from '../../src/base/io/node-environment.ts';
import { ThreadedStreamsApp, ThreadedStreamsHost } from '../../src/streams/index.ts';
import { createInputTopic } from '../harness/inputs.ts';

const SETTLE_MS = 5_000;
const MEGABYTE = 1e6;

const [bootstrapServers = '', where = 'host', count = '10'] = process.argv.slice(2);
const topic = `counted-${process.pid}`;
await createInputTopic(bootstrapServers, topic, 1);
const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-bench-state-'));
const before = process.memoryUsage.rss();
const host =
  where === 'host'
    ? new ThreadedStreamsHost({ bootstrapServers, stateDir: path.join(stateDir, 'host'), threads: 1 })
    : undefined;
const startedMs = environment.clock.monotonicMs();
const apps = Array.from(
  { length: Number(count) },
  (_, i) =>
    new ThreadedStreamsApp({
      applicationId: `${topic}-${i}`,
      ...{ bootstrapServers, stateDir, host },
      topology: {
        module: new URL('./hosted-counts.js', import.meta.url),
        export: 'counts',
        arguments: [topic],
      },
    }),
);
await Promise.all(apps.map((app) => app.start()));
while (!apps.every(({ state }) => state === 'RUNNING')) await environment.timers.sleep(20);
const startMs = Math.round(environment.clock.monotonicMs() - startedMs);
await environment.timers.sleep(SETTLE_MS);
const megabytes = Math.round((process.memoryUsage.rss() - before) / MEGABYTE);
// As Linux counts them.
const threads = readdirSync('/proc/self/task').length;
console.log(JSON.stringify({ where, applications: apps.length, megabytes, threads, startMs }));
await Promise.all([host?.close(), ...apps.map((app) => app.close())]);
rmSync(stateDir, { recursive: true, force: true });
process.exit(0);
