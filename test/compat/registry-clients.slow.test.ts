import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Broker } from '../../broker/index.ts';
import { startBroker, startRegistry, type TestRegistry } from '../server/registry/registry-harness.ts';
import { expectChecks } from './client-checks.ts';
import { run } from './foreign-process.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-registry-clients-'));
const python = path.join(folder, 'venv', 'bin', 'python');
const script = path.join(folder, 'kafkajs-registry.mjs');

type Step = readonly [command: string, args: readonly string[]];

/** Why a client cannot be had here; undefined where it can. */
function install(steps: readonly Step[]): string | undefined {
  for (const [command, args] of steps) {
    const { status, error, stderr } = spawnSync(command, args, {
      encoding: 'utf8',
      timeout: 240_000,
      cwd: folder,
    });
    if (status !== 0) return `${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}

function installNode(): string | undefined {
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  copyFileSync(path.join(import.meta.dirname, 'node', 'kafkajs-registry.mjs'), script);
  return install([
    [
      'npm',
      ['install', '--no-audit', '--no-fund', '--ignore-scripts', '@kafkajs/confluent-schema-registry@4.1.0'],
    ],
  ]);
}

const noNode = installNode();
const noPython = install([
  ['python3', ['-m', 'venv', path.join(folder, 'venv')]],
  [
    python,
    [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'],
      'confluent-kafka[schemaregistry,avro,json,protobuf]==2.16.1',
    ],
  ],
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
    ]);
  });
});
