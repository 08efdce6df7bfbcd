import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { Millrace } from '../e2e/millrace-process.ts';
import { expectChecks } from './client-checks.ts';
import { run } from './foreign-process.ts';

const packages = ['confluent-kafka==2.16.1', 'kafka-python==3.0.12', 'aiokafka==0.14.0'];
const folder = mkdtempSync(path.join(tmpdir(), 'millrace-python-'));
const python = path.join(folder, 'bin', 'python');

/** Why the Python clients cannot be had here; undefined when they can. */
function install(): string | undefined {
  const steps: readonly (readonly [string, readonly string[]])[] = [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]],
  ];
  for (const [command, args] of steps) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) return `${command} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}

const whyNot = install();
if (whyNot !== undefined) console.log(`skipped, the Python clients cannot be installed: ${whyNot}`);

/** confluent-kafka (librdkafka 2.16), kafka-python and aiokafka, unmodified, by their public interfaces. */
describe('the Python clients', () => {
  const millrace = new Millrace();

  afterAll(async () => {
    await millrace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(whyNot !== undefined)('produce, consume, share partitions and administer', async () => {
    const { facts } = await millrace.startBroker();
    const program = path.join(import.meta.dirname, 'python', 'clients.py');
    expectChecks(await run(python, ['-W', 'ignore', program, facts.kafka]), [
      'librdkafka: codecs',
      'librdkafka: regex subscription',
      'librdkafka: rebalances',
      'librdkafka: admin',
      'librdkafka: offsets',
      'librdkafka: transactions',
      'librdkafka: refusals',
      ...['None', '(0, 11)', '(1, 0)', '(2, 0)', '(2, 8)', '(4, 0)'].map(
        (pinned) => `kafka-python: ${pinned}`,
      ),
      'aiokafka',
    ]);
  });
});
