import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startApacheKafka } from '../../bench/harness/brokers.ts';
import { hasJava } from '../../bench/harness/maven.ts';
import { Millrace } from './millrace-process.ts';
import { moveOver } from './moving-over/move-over.ts';
import { shopPrograms } from './moving-over/shop-programs.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-move-'));
const programs = shopPrograms(folder);
const millrace = new Millrace();
if (!hasJava()) console.log('skipped, it needs Apache Kafka: java, javac or mvn is missing');

afterAll(async () => {
  await millrace.close();
  rmSync(folder, { recursive: true, force: true });
});

async function expectMoved(bootstrap: string): Promise<void> {
  const { lines } = await moveOver(bootstrap, programs);
  expect(lines.filter((line) => !line.startsWith('ok '))).toEqual([]);
  // Three of the move, seven of a program in JavaScript, four of one in Python.
  expect(lines.length).toBe(3 + (programs.length === 2 ? 11 : 0));
}

describe('a service of ksqlDB with Avro, Protobuf and JSON Schema moves over, with its script, clients and schemas as they are', () => {
  it('on a broker of Millrace', async () => {
    const { facts } = await millrace.startBroker(['-s', 'group.initial.rebalance.delay.ms=0']);
    await expectMoved(facts.kafka);
  });

  it.skipIf(!hasJava())('on Apache Kafka', async () => {
    const kafka = await startApacheKafka();
    try {
      await expectMoved(kafka.bootstrap);
    } finally {
      await kafka.close();
    }
  });
});
