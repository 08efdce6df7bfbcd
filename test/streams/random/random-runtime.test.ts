import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { type BrokerAndFolder, brokerAndFolder } from '../runtime/broker-and-folder.ts';
import { printRuntimeCase, runInRuntime } from './runtime-run.ts';
import { type Guarantee, randomRuntimeCase } from './runtime-case.ts';

const CASES = 3;
const SEED = Number(process.env['STREAMS_SEED'] ?? 1);

/** `npm run streams:random` runs many more. */
describe(`random programs in the runtime do what the test driver does (STREAMS_SEED=${SEED})`, () => {
  let around: BrokerAndFolder;
  beforeAll(async () => {
    around = await brokerAndFolder({ 'group.min.session.timeout.ms': 500 });
  });
  afterAll(() => around.close());

  it.each<[Guarantee, string]>([
    ['exact', 'closed and started again, record by record'],
    ['final', 'closed and rebalanced, by the last value of each key'],
    ['idempotent', 'with commits that are cut off, by the last value of each key'],
  ])('%s: %s', async (guarantee) => {
    for (let seed = SEED; seed < SEED + CASES; seed++) {
      const given = randomRuntimeCase(seed, guarantee);
      const surroundings = { environment, bootstrapServers: around.bootstrapServers, folder: around.folder };
      const wrong = await runInRuntime(given, { ...surroundings, prefix: guarantee });
      expect(wrong, printRuntimeCase(given)).toBeUndefined();
    }
  });
});
