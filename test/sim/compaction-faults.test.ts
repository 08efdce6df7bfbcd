import { describe, expect, it } from 'vitest';
import type { LogCleaner } from '../../broker/log/cleaner/log-cleaner.ts';
import type { Log } from '../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../broker/log/log-config.ts';
import { LogManager } from '../../broker/log/log-manager.ts';
import type { Environment } from '../../src/base/environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { makeMarker } from '../broker/log/batches.ts';
import { cleanerOf } from '../broker/log/cleaner/cleaning.ts';
import { keyedBatch } from '../broker/log/cleaner/keyed-batches.ts';
import { KeyedModel } from '../broker/log/cleaner/keyed-model.ts';
import { simulate, type Simulation } from './simulation.ts';

const ID = { topic: 'table', partition: 0 };
const TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Ng';

const CONFIG: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  compact: true,
  delete: false,
  segmentBytes: 1_000,
  indexIntervalBytes: 150,
  deleteRetentionMs: 0,
  minCleanableDirtyRatio: 0,
  messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
  verifyTransactions: false,
};

interface Opened {
  readonly manager: LogManager;
  readonly log: Log;
  readonly cleaner: LogCleaner;
}

function open(environment: Environment, model: KeyedModel): Opened {
  const manager = LogManager.open({ environment, directory: '/data', nodeId: 1, configOf: () => CONFIG });
  expect([...manager.offlineLogs()].map(({ error }) => error.message)).toEqual([]);
  const log = manager.getOrCreate({ ...ID, topicId: TOPIC_ID, config: CONFIG });
  log.setHighWatermark(log.logEndOffset);
  model.cutAt(log.logEndOffset);
  model.check(log);
  return { manager, log, cleaner: cleanerOf(manager, { environment, settings: { readBytes: 10_000 } }) };
}

/** Several segments that become one, with transactions in them. */
function fill(log: Log, model: KeyedModel): void {
  for (let round = 0; round < 7; round++) {
    for (const producerId of [-1, 5]) {
      const isTransactional = producerId >= 0;
      const records = [0, 1, 2].map((index) => ({
        key: `key ${(round * 3 + index) % 7}`,
        value: round % 5 === 4 ? null : `round ${round} ${'x'.repeat(20)}`,
      }));
      const sequence = isTransactional
        ? { producerId, producerEpoch: 0, baseSequence: model.nextSequence(producerId) }
        : {};
      const batch = keyedBatch(records, { isTransactional, ...sequence });
      expect(log.appendAsLeader(batch, { leaderEpoch: 0 }).errorCode).toBe(ErrorCode.NONE);
      model.append({ producerId, isTransactional, records });
    }
    const isAbort = round % 3 === 1;
    const marker = makeMarker({ producerId: 5, producerEpoch: 0, isAbort });
    expect(log.appendAsLeader(marker, { leaderEpoch: 0, origin: 'coordinator' }).errorCode).toBe(
      ErrorCode.NONE,
    );
    model.append({ producerId: 5, isTransactional: true, records: [], isAbort });
  }
  log.setHighWatermark(log.logEndOffset);
}

/** A log that is on the disk, to be cleaned. */
async function prepare(simulation: Simulation, model: KeyedModel): Promise<Opened> {
  const opened = open(simulation.host('a').environment, model);
  fill(opened.log, model);
  await simulation.settle(opened.log.flush());
  model.synced = model.endOffset;
  await simulation.settle(opened.manager.checkpoint());
  return opened;
}

async function cleanAndCheck(
  simulation: Simulation,
  { log, cleaner }: Opened,
  model: KeyedModel,
): Promise<void> {
  await simulation.settle(cleaner.clean());
  expect(cleaner.uncleanable).toEqual([]);
  model.check(log);
}

/** Of the operations of the disk every one is tried where SIM_SEEDS asks for a long run, else every third. */
const STEP = process.env['SIM_SEEDS'] === undefined ? 3 : 1;

describe('A cleaning that is cut off', () => {
  it('leaves a correct log whichever operation of the disk the power goes before', async () => {
    let nth = 0;
    for (let isCut = true; isCut; ) {
      nth += STEP;
      await simulate(nth, import.meta.url, async (simulation) => {
        const host = simulation.host('a');
        const model = new KeyedModel();
        const opened = await prepare(simulation, model);
        host.medium.crashAfter = nth;
        await cleanAndCheck(simulation, opened, model).catch((error: unknown) => {
          if (host.isUp) throw error;
        });
        isCut = !host.isUp;
        host.medium.crashAfter = 0;
        if (host.isUp) host.crash();
        const again = open(host.restart(), model);
        fill(again.log, model);
        await simulation.settle(again.log.flush());
        await cleanAndCheck(simulation, again, model);
      });
    }
    expect(nth).toBeGreaterThan(40);
  });

  it('leaves a correct log whichever operation of the disk fails, and goes on after a restart', async () => {
    for (let nth = 1; nth < 90; nth += STEP) {
      await simulate(nth, import.meta.url, async (simulation) => {
        const host = simulation.host('a');
        const model = new KeyedModel();
        const opened = await prepare(simulation, model);
        host.medium.failAfter = nth;
        await simulation.settle(opened.cleaner.clean());
        host.medium.failAfter = 0;
        // A partition whose names could not be changed takes no more appends, and may refuse to be read.
        if (opened.log.failure === undefined) model.check(opened.log);
        host.kill();
        const again = open(host.restart(), model);
        await cleanAndCheck(simulation, again, model);
      });
    }
  });
});
