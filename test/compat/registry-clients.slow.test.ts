import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Broker } from '../../broker/index.ts';
import { startBroker, startRegistry, type TestRegistry } from '../server/registry/registry-harness.ts';
import { expectChecks } from './client-checks.ts';
import { installNode, installPython } from './foreign-packages.ts';
import { run } from './foreign-process.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-registry-clients-'));
const script = path.join(folder, 'kafkajs-registry.mjs');

copyFileSync(path.join(import.meta.dirname, 'node', 'kafkajs-registry.mjs'), script);
const noNode = installNode(folder, ['@kafkajs/confluent-schema-registry@4.1.0']);
const { python, whyNot: noPython } = installPython(folder, [
  'confluent-kafka[schemaregistry,avro,json,protobuf]==2.16.1',
]);
for (const why of [noNode, noPython]) if (why !== undefined) console.log(`skipped: ${why}`);

/** Clients of Confluent's schema registry, unmodified, by their public interfaces. */
describe('clients of a schema registry', () => {
  let broker: Broker;
  let registry: TestRegistry;

  beforeAll(async () => {
    broker = await startBroker(path.join(folder, 'kafka'));
    registry = await startRegistry(`127.0.0.1:${broker.address.port}`);
  });

  afterAll(async () => {
    await registry.close();
    await broker.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(noNode !== undefined)(
    '@kafkajs/confluent-schema-registry registers, encodes and decodes',
    async () => {
      expectChecks(await run('node', [script, registry.url]), [
        'avro',
        'avro with a reference',
        'json',
        'protobuf',
        'an incompatible schema',
        'what is not there',
      ]);
    },
  );

  it.skipIf(noPython !== undefined)('confluent-kafka registers, serializes and deserializes', async () => {
    const program = path.join(import.meta.dirname, 'python', 'registry.py');
    expectChecks(await run(python, ['-W', 'ignore', program, registry.url]), [
      'avro',
      'json',
      'references',
      'compatibility',
      'deletion',
      'proto',
      'metadata',
    ]);
  });
});
