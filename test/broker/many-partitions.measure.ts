/**
 * Figures for docs/decisions/0015-closed-logs.md: `npx tsx test/broker/many-partitions.measure.ts [topics] [partitions]`
 * (1,000 topics of one partition). Starts a broker, creates the topics, writes a record to each partition, stops it,
 * and starts and stops it three times more; beside that the same with nothing in it. Milliseconds.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Broker } from '../../broker/broker.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin, Producer } from '../../src/client/index.ts';

const TOPICS_PER_REQUEST = 50;
const PARTITIONS_PER_REQUEST = 5_000;

/** Processor time of a process since `before`, all threads. */
function cpuMs(before?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / 1000);
}

/** The broker's process: tells when it leads all its partitions, and stops when it is told to. */
async function serve(directory: string, partitions: number): Promise<void> {
  const loaded = process.cpuUsage();
  const config = { listeners: 'PLAINTEXT://127.0.0.1:0', 'log.dirs': directory };
  const broker = await Broker.start({ environment: nodeEnvironment, config });
  while (broker.metrics.replicaManager.leaderCount < partitions)
    await new Promise((resolve) => setTimeout(resolve, 5));
  process.send?.({ port: broker.address.port, cpu: cpuMs(loaded) });
  process.once('message', () => {
    const before = process.cpuUsage();
    const startMs = performance.now();
    void broker.close().then(() => {
      process.send?.({ cpu: cpuMs(before), ms: Math.round(performance.now() - startMs) });
      process.disconnect();
    });
  });
}

async function start(directory: string, partitions: number) {
  const child = fork(import.meta.filename, ['serve', directory, String(partitions)]);
  const [told] = (await once(child, 'message')) as [{ readonly port: number; readonly cpu: number }];
  return { child, ...told };
}

async function stop(child: ChildProcess): Promise<void> {
  child.send('stop');
  const [{ cpu, ms }] = (await once(child, 'message')) as [{ readonly cpu: number; readonly ms: number }];
  console.log(`  stop: ${ms} ms, processor ${cpu} ms`);
  await once(child, 'exit');
}

async function fill(port: number, topics: readonly string[], partitions: number): Promise<void> {
  const bootstrapServers = `127.0.0.1:${port}`;
  const admin = new Admin({ bootstrapServers });
  const step = Math.max(1, Math.min(TOPICS_PER_REQUEST, Math.floor(PARTITIONS_PER_REQUEST / partitions)));
  for (let at = 0; at < topics.length; at += step) {
    const names = topics.slice(at, at + step);
    await admin.createTopics(names.map((name) => ({ name, partitions, replicationFactor: 1 })));
  }
  await admin.close();
  const producer = new Producer({ bootstrapServers });
  const all = topics.flatMap((topic) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  );
  await Promise.all(all.map((place) => producer.sendAndWait({ ...place, value: 'x'.repeat(100) })));
  await producer.close();
}

async function measure(topicCount: number, partitions: number): Promise<void> {
  console.log(`${topicCount} topics of ${partitions}`);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-measure-'));
  const first = await start(directory, 0);
  const topics = Array.from({ length: topicCount }, (_, i) => `topic-${i}`);
  if (topicCount > 0) await fill(first.port, topics, partitions);
  await stop(first.child);
  for (let i = 0; i < 3; i++) {
    const { child, cpu } = await start(directory, topicCount * partitions);
    console.log(`  start: processor ${cpu} ms after loading the program`);
    await stop(child);
  }
  fs.rmSync(directory, { recursive: true });
}

const [mode, directory = '', count = '0'] = process.argv.slice(2);
if (mode === 'serve') await serve(directory, Number(count));
else {
  await measure(0, 1);
  await measure(Number(mode ?? 1000), Number(process.argv[3] ?? 1));
}
