import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { freePorts } from '../../../src/base/io/free-ports.ts';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { StreamsApp } from '../../../src/streams/index.ts';
import { Millrace } from '../../e2e/millrace-process.ts';
import {
  createNumberedTopics,
  exactlyOnceOptions,
  numberedResults,
  numberingTopology,
  produceNumbered,
  resultsOf,
} from './numbered-results.ts';

const KILLS = Number(process.env['EXACTLY_ONCE_KILLS'] ?? 4);
const RECORDS = Number(process.env['EXACTLY_ONCE_RECORDS'] ?? 4_000);
const KEYS = 50;

const millrace = new Millrace();
afterAll(() => millrace.close());

it(`each result is there once, where the broker is killed ${KILLS} times`, async () => {
  const [port = 0] = await freePorts(1);
  const args = ['--kafka-port', String(port), '--data', path.join(millrace.folder(), 'data')];
  let broker = await millrace.startBroker(args);
  const bootstrapServers = `127.0.0.1:${port}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'exactly-once-broker-'));
  const topics = await createNumberedTopics(bootstrapServers, 'numbers', 3);
  const app = new StreamsApp({
    ...exactlyOnceOptions('killed-broker', { bootstrapServers, folder }),
    topology: numberingTopology(topics, { isRepartitioned: true }),
    onUncaught: () => 'REPLACE_THREAD',
  });
  const failures: unknown[] = [];
  app.errors$.subscribe((error) => failures.push(error));
  await app.start();
  let written = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const until = Math.floor((kill * RECORDS) / KILLS);
    await produceNumbered(bootstrapServers, topics, { from: written, count: until - written, keys: KEYS });
    written = until;
    // A while that differs from kill to kill, and is the same in each run.
    await environment.timers.sleep(100 * ((7 * kill) % 11));
    await broker.process.stop('SIGKILL');
    broker = await millrace.startBroker(args);
  }
  expect(await resultsOf(bootstrapServers, topics, RECORDS)).toEqual(numberedResults(RECORDS, KEYS));
  // Nothing of it has ended a processing loop.
  expect(failures).toEqual([]);
  await app.close();
});
