import { expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../broker/log/log-config.ts';
import { LogManager } from '../../broker/log/log-manager.ts';
import type { Environment } from '../../src/base/environment.ts';
import { makeBatch } from '../broker/log/batches.ts';
import { seedsOf, simulate } from './simulation.ts';

const DIRECTORY = '/var/lib/millrace/data';
const LOG = { topic: 'events', partition: 0 };

function open(environment: Environment): LogManager {
  return LogManager.open({ environment, directory: DIRECTORY, nodeId: 1 });
}

it('a new data folder is still there after a power loss at any moment, with all that was flushed in it', async () => {
  let flushes = 0;
  for (const seed of seedsOf(200)) {
    await simulate(seed, import.meta.url, async (simulation) => {
      const host = simulation.host('a');
      let clusterId: string | undefined;
      let isFlushed = false;
      host.medium.crashAfter = 1 + simulation.random.int(80);
      try {
        const manager = open(host.environment);
        clusterId = manager.clusterId;
        const log = manager.getOrCreate({
          ...LOG,
          topicId: 'MTIzNDU2Nzg5MDEyMzQ1Ng',
          config: DEFAULT_LOG_CONFIG,
        });
        log.appendAsLeader(makeBatch({ records: 5 }), { leaderEpoch: 0 });
        await simulation.settle(log.flush());
        isFlushed = true;
        flushes++;
      } catch (error) {
        if (host.isUp) throw error;
      }
      host.medium.crashAfter = 0;
      if (host.isUp) host.crash();
      const again = open(host.restart());
      // What was opened once has its identity for ever; what was not can be opened now.
      if (clusterId !== undefined) expect(again.clusterId).toBe(clusterId);
      if (isFlushed) expect(again.get(LOG)?.logEndOffset).toBe(5);
    });
  }
  expect(flushes).toBeGreaterThan(0);
});
