import { describe, expect, it } from 'vitest';
import { Log } from '../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../broker/log/log-config.ts';
import type { Environment } from '../../src/base/environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../src/protocol/records/decode-batch.ts';
import { makeBatch } from '../broker/log/batches.ts';
import { seedsOf, simulate, type Simulation } from './simulation.ts';

const DIRECTORY = '/data/events-0';
const CONFIG = {
  ...DEFAULT_LOG_CONFIG,
  segmentBytes: 1_500,
  indexIntervalBytes: 200,
  messageTimestampAfterMaxMs: Number.MAX_SAFE_INTEGER,
};

/** What the log must hold: the text of each record by offset, how much of it is safe, and who wrote it. */
class Model {
  records: string[] = [];
  /** Below this offset everything must survive. */
  synced = 0;
  epoch = 0;
  recoveryPoint = 0;
}

/** Everything in the log, checked for order on the way. */
function contentOf(log: Log): string[] {
  const records: string[] = [];
  let offset = log.logStartOffset;
  while (offset < log.logEndOffset) {
    const result = log.read(offset, { maxBytes: 700, upperBoundOffset: log.logEndOffset, minOneBatch: true });
    expect(result.errorCode).toBe(ErrorCode.NONE);
    for (const batch of batchesOf(Buffer.concat(result.chunks))) {
      expect(batch.isValid()).toBe(true);
      for (const record of decodeBatch(batch, { fromOffset: offset })) {
        expect(record.offset).toBe(log.logStartOffset + records.length);
        records.push(String(record.value));
      }
    }
    expect(result.nextOffset).toBeGreaterThan(offset);
    offset = result.nextOffset;
  }
  return records;
}

function openLog(environment: Environment, model: Model, logStartOffset?: number): Log {
  const log = Log.open({
    environment,
    directory: DIRECTORY,
    config: CONFIG,
    recoveryPoint: model.recoveryPoint,
    ...(logStartOffset === undefined ? {} : { logStartOffset }),
    onRecoveryPointLowered: () => {
      model.recoveryPoint = Math.min(model.recoveryPoint, log.recoveryPointCheckpoint);
    },
  });
  model.recoveryPoint = Math.min(model.recoveryPoint, log.recoveryPointCheckpoint);
  return log;
}

/** One life of the process: appends, flushes and truncations until the power goes, at any operation of the disk. */
async function live(simulation: Simulation, environment: Environment, model: Model): Promise<void> {
  const { random } = simulation;
  const log = openLog(environment, model);
  checkRecovered(log, model);
  model.epoch++;
  for (let step = 0; step < 40; step++) {
    const choice = random.float();
    if (choice < 0.7) append(log, model, simulation);
    else if (choice < 0.8) await flush(simulation, log, model);
    else if (choice < 0.9) await simulation.runFor(random.int(10));
    else if (choice < 0.93) truncate(log, model, random.int(model.records.length + 1));
    expect(log.logEndOffset).toBe(model.records.length);
  }
  expect(contentOf(log)).toEqual(model.records);
}

function append(log: Log, model: Model, simulation: Simulation): void {
  const count = 1 + simulation.random.int(4);
  const text = `${model.epoch}/${model.records.length}/${'x'.repeat(simulation.random.int(120))}`;
  const result = log.appendAsLeader(makeBatch({ records: count, text }), { leaderEpoch: model.epoch });
  if (result.errorCode !== ErrorCode.NONE) throw new Error(result.errorMessage ?? '');
  for (let i = 0; i < count; i++) model.records.push(text);
}

async function flush(simulation: Simulation, log: Log, model: Model): Promise<void> {
  const target = model.records.length;
  await simulation.settle(log.flush());
  model.synced = Math.max(model.synced, target);
  expect(log.recoveryPoint).toBeGreaterThanOrEqual(target);
  // As the log manager's checkpoint would.
  if (simulation.random.chance(0.5)) model.recoveryPoint = log.recoveryPointCheckpoint;
}

function truncate(log: Log, model: Model, offset: number): void {
  // Whole batches go: the log cuts before the batch that contains the offset.
  const text = model.records[offset];
  let cut = offset;
  while (cut > 0 && text !== undefined && model.records[cut - 1] === text) cut--;
  // From here on, as the power may go within the truncation.
  model.synced = Math.min(model.synced, cut);
  log.truncateTo(cut);
  model.epoch++;
  model.records = model.records.slice(0, cut);
}

/** What survived is a beginning of what was written, and no synced record is missing. */
function checkRecovered(log: Log, model: Model): void {
  const survived = contentOf(log);
  expect(survived.length).toBeGreaterThanOrEqual(model.synced);
  const common = survived.findIndex((text, offset) => text !== model.records[offset]);
  // A truncation that was not synced may be undone: then what follows the cut is older than the present epoch.
  if (common >= 0) {
    expect(common).toBeGreaterThanOrEqual(model.synced);
    for (const text of survived.slice(common)) {
      expect(Number(text.split('/')[0])).toBeLessThan(model.epoch);
    }
  }
  model.records = survived;
}

describe('Log on a disk that loses and tears what was not synced', () => {
  it('keeps what was flushed and recovers to a beginning of what was written, wherever the power goes', async () => {
    for (const seed of seedsOf(150)) {
      await simulate(seed, import.meta.url, async (simulation) => {
        const host = simulation.host('a');
        const model = new Model();
        host.environment.disk.makeDirectory('/data');
        await simulation.settle(host.environment.disk.syncDirectory('/'));
        for (let life = 0; life < 5; life++) {
          if (!host.isUp) host.restart();
          host.medium.crashAfter = 1 + simulation.random.int(400);
          try {
            await live(simulation, host.environment, model);
          } catch (error) {
            if (host.isUp) throw error;
          }
          host.medium.crashAfter = 0;
          if (host.isUp) host.crash();
        }
        const log = openLog(host.restart(), model);
        checkRecovered(log, model);
      });
    }
  });

  it('opens again where it was to begin anew at its log start, wherever the power goes', async () => {
    for (const seed of seedsOf(60)) {
      await simulate(seed, import.meta.url, async (simulation) => {
        const host = simulation.host('a');
        const model = new Model();
        host.environment.disk.makeDirectory('/data');
        await simulation.settle(host.environment.disk.syncDirectory('/'));
        const log = openLog(host.environment, model);
        model.epoch++;
        while (log.segmentCount < 4) append(log, model, simulation);
        await flush(simulation, log, model);
        log.setHighWatermark(log.logEndOffset);
        const start = log.activeSegmentBaseOffset;
        log.deleteRecordsBefore(start);
        // As the log manager's checkpoints have it.
        log.removeOldSegments(log.logStartCheckpoint);
        model.recoveryPoint = log.recoveryPointCheckpoint;
        const logStartOffset = log.logStartCheckpoint;
        host.medium.crashAfter = 1 + simulation.random.int(12);
        try {
          log.truncateTo(start);
          await simulation.settle(log.flush());
        } catch (error) {
          if (host.isUp) throw error;
        }
        host.medium.crashAfter = 0;
        if (host.isUp) host.crash();
        const again = openLog(host.restart(), model, logStartOffset);
        expect(again.logStartOffset).toBe(start);
        expect(again.logEndOffset).toBeGreaterThanOrEqual(start);
      });
    }
  });
});
