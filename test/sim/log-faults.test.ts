import { describe, expect, it } from 'vitest';
import { Log } from '../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../broker/log/log-config.ts';
import { LogManager } from '../../broker/log/log-manager.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { makeBatch } from '../broker/log/batches.ts';
import { readAll } from '../broker/log/open-log.ts';
import { Simulation } from './simulation.ts';

const EPOCH = { leaderEpoch: 0 };
const CONFIG = { ...DEFAULT_LOG_CONFIG, segmentBytes: 2_000 };
const DIRECTORY = '/data/events-0';

describe('Log on a disk that fails', () => {
  it('refuses appends while the disk is full, loses nothing and goes on when there is room again', () => {
    for (let free = 0; free < 1_200; free += 7) {
      const host = new Simulation(free).host('a');
      const { environment, medium } = { environment: host.environment, medium: host.medium };
      const log = Log.open({ environment, directory: DIRECTORY, config: CONFIG });
      for (let i = 0; i < 9; i++) log.appendAsLeader(makeBatch({ valueBytes: 100 }), EPOCH);
      medium.freeBytes = free;
      let refused = 0;
      const acknowledged = [...readAll(log)];
      for (let i = 0; i < 8; i++) {
        const result = log.appendAsLeader(makeBatch({ valueBytes: 100 }), EPOCH);
        if (result.errorCode === ErrorCode.NONE) {
          acknowledged.push({ baseOffset: result.baseOffset, lastOffset: result.lastOffset });
        } else {
          expect(result).toMatchObject({
            errorCode: ErrorCode.KAFKA_STORAGE_ERROR,
            errorMessage: expect.stringContaining('no space left'),
          });
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(0);
      expect(readAll(log)).toEqual(acknowledged);
      medium.freeBytes = Number.POSITIVE_INFINITY;
      const after = log.appendAsLeader(makeBatch({ records: 2 }), EPOCH);
      expect(after.baseOffset).toBe(acknowledged.length);
      host.kill();
      const again = Log.open({ environment: host.restart(), directory: DIRECTORY, config: CONFIG });
      expect(readAll(again)).toEqual([
        ...acknowledged,
        { baseOffset: acknowledged.length, lastOffset: acknowledged.length + 1 },
      ]);
    }
  });

  it('answers an error or succeeds when the n-th operation fails, for every n, and keeps what it acknowledged', () => {
    for (let nth = 1; nth < 120; nth++) {
      const host = new Simulation(nth).host('a');
      const log = Log.open({ environment: host.environment, directory: DIRECTORY, config: CONFIG });
      const acknowledged: number[] = [];
      const refusedAt: number[] = [];
      host.medium.failAfter = nth;
      for (let i = 0; i < 40; i++) {
        const result = log.appendAsLeader(makeBatch({ valueBytes: 100 }), EPOCH);
        if (result.errorCode === ErrorCode.NONE) acknowledged.push(result.baseOffset);
        else refusedAt.push(i);
      }
      host.medium.failAfter = 0;
      // One append at most pays for the fault, or after a failed sync all that follow.
      const first = refusedAt[0] ?? 40;
      if (refusedAt.length > 1) expect(refusedAt.length).toBe(40 - first);
      expect(readAll(log).map((batch) => batch.baseOffset)).toEqual(acknowledged);
      host.kill();
      const again = Log.open({ environment: host.restart(), directory: DIRECTORY, config: CONFIG });
      expect(readAll(again).map((batch) => batch.baseOffset)).toEqual(acknowledged);
    }
  });

  it('flushes by itself after flush.messages, and so survives a power loss', async () => {
    const simulation = new Simulation(3);
    const host = simulation.host('a');
    const config = { ...CONFIG, flushMessages: 4 };
    const log = Log.open({ environment: host.environment, directory: DIRECTORY, config });
    for (let i = 0; i < 3; i++) log.appendAsLeader(makeBatch(), EPOCH);
    await simulation.runFor(1_000);
    expect(log).toMatchObject({ recoveryPoint: 0, isFlushDue: false });
    log.appendAsLeader(makeBatch(), EPOCH);
    expect(log.isFlushDue).toBe(true);
    await simulation.runFor(1_000);
    expect(log).toMatchObject({ recoveryPoint: 4, isFlushDue: false });
    await simulation.settle(host.environment.disk.syncDirectory('/'));
    host.crash();
    expect(Log.open({ environment: host.restart(), directory: DIRECTORY, config }).logEndOffset).toBe(4);
  });

  it('trusts the disk no more after a failed sync', async () => {
    const simulation = new Simulation(1);
    const host = simulation.host('a');
    const log = Log.open({ environment: host.environment, directory: DIRECTORY, config: CONFIG });
    log.appendAsLeader(makeBatch(), EPOCH);
    await simulation.settle(log.flush());
    log.appendAsLeader(makeBatch(), EPOCH);
    const flushed = log.flush();
    host.medium.failAfter = 1;
    await expect(simulation.settle(flushed)).rejects.toMatchObject({ code: 'DISK_ERROR' });
    expect(log.recoveryPoint).toBe(1);
    expect(log.appendAsLeader(makeBatch(), EPOCH).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  });

  it('opens a data folder whatever a crash of the manager left, for every operation', async () => {
    for (let nth = 1; nth < 90; nth++) {
      const simulation = new Simulation(nth);
      const host = simulation.host('a');
      const work = async (): Promise<void> => {
        const manager = LogManager.open({ environment: host.environment, directory: '/data', nodeId: 1 });
        const log = manager.getOrCreate({
          topic: 't',
          partition: nth % 3,
          topicId: 'MTIzNDU2Nzg5MDEyMzQ1Ng',
          config: CONFIG,
        });
        for (let i = 0; i < 12; i++) log.appendAsLeader(makeBatch({ valueBytes: 200 }), EPOCH);
        log.setHighWatermark(8);
        await simulation.settle(manager.checkpoint());
        manager.delete({ topic: 't', partition: 0 });
        await simulation.settle(manager.close());
      };
      await work();
      host.medium.crashAfter = nth;
      await work().catch((error: unknown) => {
        if (host.isUp) throw error;
      });
      host.medium.crashAfter = 0;
      if (!host.isUp) host.restart();
      await work();
    }
  });
});
