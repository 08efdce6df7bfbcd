import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createLoopRunner, type JobRunner } from '../../../../broker/log/cleaner/job-runner.ts';
import { LogManager } from '../../../../broker/log/log-manager.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../../broker/log/log-config.ts';
import type { Log } from '../../../../broker/log/log.ts';
import type { Environment } from '../../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import type { Logger } from '../../../../src/base/logger.ts';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import {
  baseOffsetAt,
  claimedBatchSizeAt,
  stampBaseOffset,
} from '../../../../src/protocol/records/batch-header.ts';
import { openLog, readAll } from '../open-log.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { cleanerOf, looseLogs } from './cleaning.ts';
import { keyedBatch } from './keyed-batches.ts';

const EPOCH = { leaderEpoch: 0 };
const TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
const CONFIG: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  compact: true,
  delete: false,
  segmentBytes: 1_000,
  indexIntervalBytes: 100,
  minCleanableDirtyRatio: 0.1,
};

/** Twenty records of one key and one each of others, some eight to a segment, all committed and synced. */
async function fill(log: Log, { timestamp = 1_000 }: { readonly timestamp?: number } = {}): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const key = i % 2 === 0 ? 'hot' : `key ${i}`;
    const batch = keyedBatch([{ key, value: `value ${i}`.padEnd(40) }], { timestamp });
    expect(log.appendAsLeader(batch, EPOCH).errorCode).toBe(ErrorCode.NONE);
  }
  log.setHighWatermark(log.logEndOffset);
  await log.flush();
}

const offsetsOf = (log: Log): number[] => readAll(log).map(({ baseOffset }) => baseOffset);

/** A logger that keeps what is more than information. */
function listener(): { readonly logger: Logger; readonly complaints: string[] } {
  const complaints: string[] = [];
  const note = (message: string, fields?: object): void =>
    void complaints.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const logger: Logger = { debug: () => {}, info: () => {}, warn: note, error: note, child: () => logger };
  return { logger, complaints };
}

/** Runs jobs as they are, and lets a test do something before each copy of a group is given back. */
function runnerThat(beforeEnd: () => void | Promise<void>): JobRunner {
  const runner = createLoopRunner(nodeEnvironment);
  return {
    ...runner,
    cleanGroup: async (job) => {
      const outcome = await runner.cleanGroup(job);
      await beforeEnd();
      return outcome;
    },
  };
}

describe('LogCleaner', () => {
  const open: Log[] = [];
  afterEach(() => {
    for (const log of open.splice(0)) log.closeHandles();
  });

  async function filledLog(config: Partial<LogConfig> = {}): Promise<Log> {
    const log = openLog(temporaryDirectory(), { ...CONFIG, ...config });
    open.push(log);
    await fill(log);
    return log;
  }

  it('keeps the last record of each key of the sealed segments, and leaves the active one alone', async () => {
    const log = await filledLog();
    const active = log.activeSegmentBaseOffset;
    const cleaner = cleanerOf(looseLogs(log), { environment: nodeEnvironment });
    await cleaner.clean();
    expect(cleaner.counts).toMatchObject({ cleanings: 1, failures: 0 });
    expect(log.compaction.cleanedTo).toBe(active);
    const hot = Math.floor((active - 1) / 2) * 2;
    const kept = Array.from({ length: 40 }, (_, i) => i).filter(
      (i) => i % 2 === 1 || i >= active || i === hot,
    );
    // The batches at the ends of groups say where their segments end.
    expect(offsetsOf(log)).toEqual(expect.arrayContaining(kept));
    expect(offsetsOf(log).length).toBeLessThan(kept.length + 6);
    await cleaner.clean();
    expect(cleaner.counts.cleanings).toBe(1);
  });

  it('removes the snapshots of producers within what it cleans: markers that they wait for may be gone', async () => {
    const log = await filledLog();
    const active = log.activeSegmentBaseOffset;
    const snapshots = (): number[] =>
      fs
        .readdirSync(log.directory)
        .filter((name) => name.endsWith('.snapshot'))
        .map((name) => Number.parseInt(name, 10));
    expect(snapshots().some((offset) => offset < active)).toBe(true);
    await cleanerOf(looseLogs(log), { environment: nodeEnvironment }).clean();
    expect(snapshots()).toEqual([active]);
  });

  it('reads from any offset within a gap what comes after it', async () => {
    const log = await filledLog();
    await cleanerOf(looseLogs(log), { environment: nodeEnvironment }).clean();
    const offsets = offsetsOf(log);
    for (let offset = 0; offset < log.logEndOffset; offset++) {
      const result = log.read(offset, { maxBytes: 1, upperBoundOffset: 40, minOneBatch: true });
      const next = offsets.find((each) => each >= offset) ?? Number.NaN;
      expect(result).toMatchObject({ errorCode: ErrorCode.NONE, nextOffset: next + 1 });
    }
  });

  it('cleans as much at once as the map holds keys for, and goes on from there', async () => {
    const log = await filledLog({ minCleanableDirtyRatio: 0 });
    const cleaner = cleanerOf(looseLogs(log), {
      environment: nodeEnvironment,
      settings: { mapBytesMax: 24 * 6 },
    });
    await cleaner.clean();
    expect(cleaner.counts.cleanings).toBeGreaterThan(3);
    expect(cleaner.counts.mapUtilization).toBeGreaterThan(0.1);
    expect(log.compaction.cleanedTo).toBe(log.activeSegmentBaseOffset);
    const hot = offsetsOf(log).filter((offset) => offset % 2 === 0 && offset < log.activeSegmentBaseOffset);
    expect(hot.length).toBeLessThan(6);
  });

  it('gives a cleaning up when the log is truncated under it, and loses nothing', async () => {
    const log = await filledLog();
    const truncated = 11;
    let isFirst = true;
    const runner = runnerThat(() => {
      if (isFirst) log.truncateTo(truncated);
      isFirst = false;
    });
    const cleaner = cleanerOf(looseLogs(log), { environment: nodeEnvironment, runner });
    await cleaner.clean();
    expect(cleaner.counts).toMatchObject({ cleanings: 0, failures: 0 });
    expect(log.failure).toBeUndefined();
    expect(offsetsOf(log)).toEqual(Array.from({ length: truncated }, (_, i) => i));
    expect(log.compaction.cleanedTo).toBe(0);
    expect(fs.readdirSync(log.directory).filter((name) => /cleaned|swap/.test(name))).toEqual([]);
  });

  it('forgets what it has cleaned of what a truncation takes away', async () => {
    const log = await filledLog();
    await cleanerOf(looseLogs(log), { environment: nodeEnvironment }).clean();
    expect(log.compaction.cleanedTo).toBeGreaterThan(20);
    log.truncateTo(20);
    expect(log.compaction.cleanedTo).toBe(20);
    log.truncateFullyAndStartAt(5);
    expect(log.compaction.cleanedTo).toBe(5);
  });

  it('ends when it is closed in the middle', async () => {
    const log = await filledLog();
    let closed: Promise<void> | undefined;
    const runner = runnerThat(() => {
      closed ??= cleaner.close();
    });
    const cleaner = cleanerOf(looseLogs(log), { environment: nodeEnvironment, runner });
    await cleaner.clean();
    await closed;
    expect(cleaner.counts.cleanings).toBe(0);
    expect(offsetsOf(log).length).toBe(40);
    await log.close();
    open.length = 0;
  });

  it('does not touch a log that is deleted, or made anew, while it is cleaned', async () => {
    const directory = temporaryDirectory();
    const manager = LogManager.open({ environment: nodeEnvironment, directory, nodeId: 1 });
    const id = { topic: 'events', partition: 0 };
    const create = (): Log => manager.getOrCreate({ ...id, topicId: TOPIC_ID, config: CONFIG });
    await fill(create());
    let again: Log | undefined;
    const runner = runnerThat(async () => {
      if (again !== undefined) return;
      manager.delete(id);
      await manager.whenFree(id);
      again = create();
    });
    const cleaner = cleanerOf(manager, { environment: nodeEnvironment, runner });
    await cleaner.clean();
    expect(again?.logEndOffset).toBe(0);
    expect(cleaner.counts).toMatchObject({ cleanings: 0, failures: 0 });
    await fill(create());
    await cleaner.clean();
    expect(cleaner.counts).toMatchObject({ cleanings: 1, failures: 0 });
    await manager.close();
  });

  it('looks at all logs, and writes a checkpoint of them, once for all that are due', async () => {
    const logs: Log[] = [];
    for (let count = 0; count < 8; count++)
      logs.push(await filledLog({ delete: count < 4, retentionMs: -1 }));
    const loose = looseLogs(...logs);
    const work = { looks: 0, checkpoints: 0, retentions: 0 };
    const manager = {
      logs: () => (work.looks++, loose.logs()),
      writeCleanerCheckpoint: async () => void work.checkpoints++,
      applyRetention: async () => void work.retentions++,
    };
    const cleaner = cleanerOf(manager, { environment: nodeEnvironment });
    await cleaner.clean();
    expect(cleaner.counts.cleanings).toBe(logs.length);
    // The second look finds nothing.
    expect(work).toEqual({ looks: 2, checkpoints: 1, retentions: 1 });
  });

  it('cleans the dirtiest log first', async () => {
    const [less, more] = [await filledLog(), await filledLog()];
    const environment = nodeEnvironment;
    const cleaned: string[] = [];
    const loop = createLoopRunner(environment);
    const runner: JobRunner = {
      ...loop,
      buildMap: (job) => {
        cleaned.push(path.dirname(job.segments[0]?.path ?? ''));
        return loop.buildMap(job);
      },
    };
    const cleaner = cleanerOf(looseLogs(less), { environment });
    await cleaner.clean();
    await fill(less);
    await cleanerOf(looseLogs(less, more), { environment, runner }).clean();
    expect(cleaned).toEqual([more.directory, less.directory]);
  });

  it('gives a damaged log up where others have its records, and says nothing of it', async () => {
    const log = await filledLog();
    const file = `${log.directory}/00000000000000000000.log`;
    const bytes = fs.readFileSync(file);
    bytes[200] = (bytes[200] ?? 0) ^ 0xff;
    fs.writeFileSync(file, bytes);
    const damages: string[] = [];
    log.onDamage = ({ message }) => damages.push(message) > 0;
    const { logger, complaints } = listener();
    const cleaner = cleanerOf(looseLogs(log), { environment: nodeEnvironment, logger });
    await cleaner.clean();
    expect(damages).toEqual([expect.stringContaining('00000000000000000000.log is damaged at byte')]);
    expect(complaints).toEqual([]);
    expect(cleaner.uncleanable).toEqual([]);
    expect(cleaner.counts).toMatchObject({ cleanings: 0, failures: 0 });
  });

  it('sets a log with a damaged segment aside with one line, and cleans the others', async () => {
    const log = await filledLog();
    const other = await filledLog();
    const path = `${log.directory}/00000000000000000000.log`;
    const bytes = fs.readFileSync(path);
    bytes[200] = (bytes[200] ?? 0) ^ 0xff;
    fs.writeFileSync(path, bytes);
    const { logger, complaints } = listener();
    const cleaner = cleanerOf(looseLogs(log, other), { environment: nodeEnvironment, logger });
    await cleaner.clean();
    await cleaner.clean();
    expect(cleaner.counts).toMatchObject({ cleanings: 1, failures: 1 });
    expect(cleaner.uncleanable).toEqual([log]);
    expect(complaints).toEqual([
      expect.stringMatching(/cannot be compacted.*00000000000000000000\.log is damaged at byte/),
    ]);
    expect(other.compaction.cleanedTo).toBeGreaterThan(0);
    expect(fs.readdirSync(log.directory).filter((name) => /cleaned|swap/.test(name))).toEqual([]);
  });

  // The checksum does not cover it.
  it.each([
    ['before others', 1],
    ['at the end of its segment', -1],
  ])('takes a batch that says another offset for damaged: one %s', async (_where, which) => {
    const log = await filledLog();
    const path = `${log.directory}/00000000000000000000.log`;
    const bytes = fs.readFileSync(path);
    const starts: number[] = [];
    for (let at = 0; at < bytes.length; at += claimedBatchSizeAt(bytes, at)) starts.push(at);
    const start = starts.at(which) ?? 0;
    stampBaseOffset(bytes, start, baseOffsetAt(bytes, start) + 1_000);
    fs.writeFileSync(path, bytes);
    const { logger, complaints } = listener();
    const cleaner = cleanerOf(looseLogs(log), { environment: nodeEnvironment, logger });
    await cleaner.clean();
    expect(cleaner.uncleanable).toEqual([log]);
    expect(complaints).toEqual([expect.stringMatching(/00000000000000000000\.log is damaged at byte \d+/)]);
  });

  it('reads nothing as long as there is no room for a copy, and goes on when there is', async () => {
    const log = await filledLog();
    const { disk } = nodeEnvironment;
    let usableBytes = 500;
    const environment: Environment = {
      ...nodeEnvironment,
      disk: { ...disk, space: (path) => ({ ...disk.space(path), usableBytes }) },
    };
    const runner = createLoopRunner(environment);
    let maps = 0;
    const cleaner = cleanerOf(looseLogs(log), {
      environment,
      runner: { ...runner, buildMap: (job) => (maps++, runner.buildMap(job)) },
    });
    await cleaner.clean();
    await cleaner.clean();
    expect(cleaner.counts).toMatchObject({ cleanings: 0, failures: 2 });
    expect(maps).toBe(0);
    usableBytes = 1_000_000;
    await cleaner.clean();
    expect(cleaner.counts).toMatchObject({ cleanings: 1, failures: 2 });
    expect(maps).toBe(1);
  });

  it('leaves a log that both compacts and deletes to retention when it has been cleaned', async () => {
    const directory = temporaryDirectory();
    const manager = LogManager.open({ environment: nodeEnvironment, directory, nodeId: 1 });
    const config = { ...CONFIG, delete: true, retentionMs: 1 };
    const log = manager.getOrCreate({ topic: 'events', partition: 0, topicId: TOPIC_ID, config });
    await fill(log);
    let counted = -1;
    const runner = runnerThat(async () => {
      // A round that comes while the log is cleaned passes it over.
      await manager.applyRetention();
      counted = log.logStartOffset;
    });
    const cleaner = cleanerOf(manager, { environment: nodeEnvironment, runner });
    await cleaner.clean();
    expect(counted).toBe(0);
    expect(cleaner.counts).toMatchObject({ cleanings: 1, failures: 0 });
    expect(log.logStartOffset).toBe(40);
    await manager.close();
  });

  it('keeps what it has done through a restart', async () => {
    const directory = temporaryDirectory();
    const openManager = (): LogManager =>
      LogManager.open({ environment: nodeEnvironment, directory, nodeId: 1, configOf: () => CONFIG });
    const id = { topic: 'events', partition: 0 };
    const manager = openManager();
    const log = manager.getOrCreate({ ...id, topicId: TOPIC_ID, config: CONFIG });
    await fill(log);
    await cleanerOf(manager, { environment: nodeEnvironment }).clean();
    const { cleanedTo } = log.compaction;
    const offsets = offsetsOf(log);
    expect(fs.readFileSync(`${directory}/cleaner-offset-checkpoint`, 'utf8')).toBe(
      `0\n1\nevents 0 ${cleanedTo}\n`,
    );
    await manager.close();
    const again = openManager();
    expect(again.get(id)?.compaction.cleanedTo).toBe(cleanedTo);
    expect(offsetsOf(again.get(id) as Log)).toEqual(offsets);
    again.delete(id);
    await again.checkpoint();
    expect(fs.readFileSync(`${directory}/cleaner-offset-checkpoint`, 'utf8')).toBe('0\n0\n');
    await again.close();
  });

  it('waits until records are old enough', async () => {
    const log = await filledLog({ minCompactionLagMs: 5_000 });
    const at = (nowMs: number) => ({
      ...nodeEnvironment,
      clock: { ...nodeEnvironment.clock, nowMs: () => nowMs },
    });
    const early = cleanerOf(looseLogs(log), { environment: at(5_999) });
    await early.clean();
    expect(early.counts.cleanings).toBe(0);
    const late = cleanerOf(looseLogs(log), { environment: at(6_001) });
    await late.clean();
    expect(late.counts.cleanings).toBe(1);
  });
});
