/**
 * `npm run streams:random [-- COUNT [FIRST]]`: random programs in the runtime, on a broker, closed, cut off and rebalanced at
 * random, beside the test driver. A failure prints its seed, which repeats it as FIRST.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { messageOf } from '../../../src/base/errors.ts';
import { brokerAndFolder } from '../runtime/broker-and-folder.ts';
import { type Guarantee, randomRuntimeCase } from './runtime-case.ts';
import { printRuntimeCase, runInRuntime } from './runtime-run.ts';

/** Topics of one broker, before it is given up for another. */
const CASES_PER_BROKER = 25;

const [count = '200', first = '1', guarantee] = process.argv.slice(2);
const root = mkdtempSync(path.join(tmpdir(), 'streams-random-'));
let failed = 0;
for (let done = 0; done < Number(count); done += CASES_PER_BROKER) {
  const around = await brokerAndFolder({ 'group.min.session.timeout.ms': 500 });
  for (let i = done; i < Math.min(Number(count), done + CASES_PER_BROKER); i++) {
    const given = randomRuntimeCase(Number(first) + i, guarantee as Guarantee | undefined);
    const folder = path.join(root, String(i));
    const { bootstrapServers } = around;
    const surroundings = { environment, bootstrapServers, folder, prefix: 'random' };
    const wrong = await runInRuntime(given, surroundings).catch((error: unknown) => messageOf(error));
    rmSync(folder, { recursive: true, force: true });
    if (wrong === undefined) continue;
    failed++;
    console.log(`FAULT ${printRuntimeCase(given)}\n${wrong}\n`);
  }
  await around.close();
  console.log(`${Math.min(Number(count), done + CASES_PER_BROKER)} of ${count}, ${failed} failed`);
}
rmSync(root, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;
