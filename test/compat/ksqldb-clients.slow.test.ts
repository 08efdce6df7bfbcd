import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startPlatform, type TestPlatform } from '../server/platform.ts';
import { expectChecks } from './client-checks.ts';
import { run } from './foreign-process.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'millrace-ksqldb-clients-'));
const program = path.join(import.meta.dirname, 'python', 'ksqldb_clients.py');
const pythonOf = (name: string): string => path.join(folder, name, 'bin', 'python');

/** Why packages cannot be had here; undefined when they can. @param name of the folder that they get. */
function install(name: string, steps: readonly (readonly string[])[]): string | undefined {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const commands: readonly (readonly [string, readonly string[]])[] = [
    ['python3', ['-m', 'venv', path.join(folder, name)]],
    ...steps.map((packages) => [pythonOf(name), [...pip, ...packages]] as const),
  ];
  for (const [command, args] of commands) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) return `${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}

/** Each its own folder: they want different versions of what they are built on. */
const whyNot = {
  ksqldb: install('ksqldb', [['ksqldb==1.0.1', 'ksqldb-client==0.28.2a2']]),
  // Its setup looks for pip, and for a setuptools of its time.
  ksql: install('ksql', [
    ['wheel==0.45.1', 'setuptools==69.5.1'],
    ['--no-build-isolation', 'ksql==0.10.2'],
  ]),
};
for (const [name, why] of Object.entries(whyNot)) {
  if (why !== undefined) console.log(`skipped, ${name} cannot be installed: ${why}`);
}

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(async () => {
  await platform.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What people have written for ksqlDB in Python, unmodified. */
describe("ksqlDB's Python clients", () => {
  it.skipIf(whyNot.ksqldb !== undefined)(
    'ksqldb and ksqldb-client state, insert, pull and push over HTTP/2',
    async () => {
      expectChecks(await run(pythonOf('ksqldb'), ['-W', 'ignore', program, platform.url, 'ksqldb']), [
        'ksqldb: statements',
        'ksqldb: inserts',
        'ksqldb: pull query',
        'ksqldb: push query, closed',
        'ksqldb-client: info and pull query',
        'ksqldb-client: push query',
      ]);
    },
  );

  it.skipIf(whyNot.ksql !== undefined)('ksql states and pushes over HTTP/1.1', async () => {
    expectChecks(await run(pythonOf('ksql'), ['-W', 'ignore', program, platform.url, 'ksql']), [
      'ksql: statements and push query',
    ]);
  });
});
