import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Millrace } from '../e2e/millrace-process.ts';
import { expectChecks } from './client-checks.ts';
import { isInstalled, run } from './foreign-process.ts';

const hasGo = isInstalled('go');
if (!hasGo) console.log('go is not installed: the tests of the Go clients are skipped');

/** franz-go and sarama, unmodified, by their public interfaces. */
describe.skipIf(!hasGo)('the Go clients', () => {
  const millrace = new Millrace();
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-go-'));

  afterAll(async () => {
    await millrace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('produce, consume, share partitions and administer', async (context) => {
    const program = path.join(folder, 'compat');
    const source = path.join(import.meta.dirname, 'go');
    const fetched = await run('go', ['-C', source, 'mod', 'download']);
    if (fetched.code !== 0) context.skip(`the Go modules cannot be had: ${fetched.output}`);
    expect(await run('go', ['-C', source, 'build', '-o', program, '.'])).toEqual({ code: 0, output: '' });
    const { facts } = await millrace.startBroker();
    expectChecks(await run(program, [facts.kafka]), [
      ...['none', 'gzip', 'snappy', 'lz4', 'zstd'].map((codec) => `franz-go: ${codec}`),
      ...['v0.11.0', 'v1.0', 'v2.0', 'v2.8', 'v3.9', 'v4.0'].map((release) => `franz-go as of ${release}`),
      ...['range', 'roundrobin', 'sticky', 'cooperative-sticky'].map((balancer) => `franz-go: ${balancer}`),
      'franz-go: admin',
      'franz-go: transactions',
      ...['0.11.0.0', '1.0.0', '2.8.0', '4.3.1'].map((release) => `sarama as of ${release}`),
    ]);
  });
});
