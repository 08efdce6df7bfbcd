import fs from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { cleanerOf } from './cleaner/cleaning.ts';
import { keyedBatch } from './cleaner/keyed-batches.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const ID = { topic: 'accounts', partition: 0 };
const CONFIG: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  compact: true,
  delete: false,
  segmentBytes: 1_000,
  indexIntervalBytes: 100,
  minCleanableDirtyRatio: 0,
};
const HOLE = /records \d+ to \d+ of .* are missing/;

const openManager = (directory: string): LogManager =>
  LogManager.open({ environment: nodeEnvironment, directory, nodeId: 1, configOf: () => CONFIG });

function logOf(manager: LogManager): Log {
  return manager.getOrCreate({ ...ID, topicId: 'MTIzNDU2Nzg5MDEyMzQ1Ng', config: CONFIG });
}

async function write(log: Log, keys: readonly string[]): Promise<void> {
  for (const key of keys)
    log.appendAsLeader(keyedBatch([{ key, value: key.padEnd(60) }]), { leaderEpoch: 0 });
  log.setHighWatermark(log.logEndOffset);
  await log.flush();
}

/** Keys that are written once, and one that is written again and again. */
const keys = (round: number): string[] =>
  Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'hot' : `cold ${round}-${i}`));

/** A second folder as a process leaves it that is killed. */
function killed(directory: string): string {
  const copy = temporaryDirectory();
  fs.cpSync(directory, copy, { recursive: true, preserveTimestamps: true });
  fs.rmSync(`${copy}/.lock`, { force: true });
  return copy;
}

const segments = (directory: string): string[] =>
  fs
    .readdirSync(`${directory}/accounts-0`)
    .filter((name) => name.endsWith('.log'))
    .map((name) => `${directory}/accounts-0/${name}`);
const note = (directory: string): string => `${directory}/accounts-0/compaction-checkpoint`;

/** Why the log is offline, in a folder that goes on to be used after it was opened. */
async function refusalOf(directory: string): Promise<string | undefined> {
  const manager = openManager(directory);
  const message = manager.offlineLog(ID)?.error.message;
  await manager.close();
  return message;
}

const DAMAGES: readonly (readonly [string, (paths: readonly string[]) => void])[] = [
  ['whose first segment was removed', ([first = '']) => fs.rmSync(first)],
  ['whose first segment was emptied', ([first = '']) => fs.truncateSync(first, 0)],
  ['whose second segment was removed', ([, second = '']) => fs.rmSync(second)],
  ['whose second segment was emptied', ([, second = '']) => fs.truncateSync(second, 0)],
];

describe('a log that was compacted', () => {
  let folders: Readonly<Record<'closed' | 'killed', string>>;

  beforeEach(async () => {
    const closed = temporaryDirectory();
    const manager = openManager(closed);
    const log = logOf(manager);
    await write(log, keys(0));
    const cleaner = cleanerOf(manager, { environment: nodeEnvironment });
    await cleaner.clean();
    await write(log, keys(1));
    await cleaner.clean();
    expect(cleaner.counts.cleanings).toBe(2);
    await manager.checkpoint();
    folders = { closed, killed: killed(closed) };
    await manager.close();
    expect(segments(closed).length).toBeGreaterThan(3);
  });

  describe.each(['closed', 'killed'] as const)('in a folder that was %s', (how) => {
    it('is served as it was', async () => {
      expect(await refusalOf(folders[how])).toBeUndefined();
    });

    it.each(DAMAGES)('%s is not served', async (_what, damage) => {
      damage(segments(folders[how]));
      expect(await refusalOf(folders[how])).toMatch(HOLE);
    });

    it('may have holes where nobody says who has compacted it', async () => {
      fs.rmSync(note(folders[how]));
      fs.rmSync(segments(folders[how])[1] ?? '');
      expect(await refusalOf(folders[how])).toBeUndefined();
    });

    it('may have holes where Kafka has compacted it since', async () => {
      const checkpoint = `${folders[how]}/cleaner-offset-checkpoint`;
      const [, cleanedTo] = /accounts 0 (\d+)/.exec(fs.readFileSync(checkpoint, 'utf8')) ?? [];
      fs.writeFileSync(checkpoint, `0\n1\naccounts 0 ${Number(cleanedTo) + 1}\n`);
      fs.rmSync(segments(folders[how])[1] ?? '');
      expect(await refusalOf(folders[how])).toBeUndefined();
    });
  });

  it('keeps the holes that Kafka has left, and has no more', async () => {
    const { closed } = folders;
    fs.rmSync(note(closed));
    fs.rmSync(segments(closed)[1] ?? '');
    const manager = openManager(closed);
    const holesTo = manager.get(ID)?.compaction.cleanedTo;
    await write(logOf(manager), [...keys(2), ...keys(3)]);
    await cleanerOf(manager, { environment: nodeEnvironment }).clean();
    const { cleanedTo } = logOf(manager).compaction;
    expect(fs.readFileSync(note(closed), 'utf8')).toBe(`0\n1\n${holesTo} ${cleanedTo} ${holesTo}\n`);
    await manager.close();
    expect(await refusalOf(closed)).toBeUndefined();
    fs.rmSync(segments(closed).at(-2) ?? '');
    expect(await refusalOf(closed)).toMatch(HOLE);
  });
});
