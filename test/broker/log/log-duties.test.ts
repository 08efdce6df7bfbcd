import { expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { SeededRandom } from '../../sim/seeded-random.ts';
import { LogDuties } from './log-duties.ts';
import { temporaryDirectory } from './temporary-directory.ts';

it('all duties of a log at their fastest exclude each other on a real disk', async () => {
  const seed = Number(process.env['SEED'] ?? nodeEnvironment.random.int(2 ** 31));
  const duties = new LogDuties({
    environment: nodeEnvironment,
    directory: `${temporaryDirectory()}/data`,
    steps: 400,
    random: new SeededRandom(seed),
    pause: (ms) => nodeEnvironment.timers.sleep(ms),
    settle: (promise) => promise,
  });
  await duties.run().catch((error: unknown) => {
    throw new Error(`SEED=${seed} repeats the choices`, { cause: error });
  });
  for (const [duty, count] of Object.entries(duties.done)) expect(count, duty).toBeGreaterThan(0);
});
