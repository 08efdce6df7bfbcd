import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { makeBatch } from './batches.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const ID = { topic: 'orders', partition: 0 };
const TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
const OTHER_TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Nw';
const CONFIG = { ...DEFAULT_LOG_CONFIG, segmentBytes: 900, indexIntervalBytes: 200 };
const COUNT = 60;
const LOG_START = 4;
const FLUSHED = 40;

/** A folder that was closed, and one that was not. Tests damage copies. */
let root: string;
let folders: { readonly closed: string; readonly killed: string };
/** Base offsets of the segments. */
let bases: readonly number[];

beforeAll(async () => {
  root = fs.mkdtempSync(`${tmpdir()}/millrace-damage-`);
  const closed = `${root}/closed`;
  const manager = open(closed).manager;
  const log = manager.getOrCreate({ ...ID, topicId: TOPIC_ID, config: CONFIG });
  const sound = manager.getOrCreate({ ...SOUND, topicId: OTHER_TOPIC_ID, config: CONFIG });
  sound.appendAsLeader(makeBatch({ text: 'x' }), { leaderEpoch: 0 });
  for (let i = 0; i < COUNT; i++) {
    const producer = { producerId: 7, producerEpoch: 0, baseSequence: i };
    const leaderEpoch = Math.floor(i / 20);
    const result = log.appendAsLeader(makeBatch({ text: `record ${i}`, valueBytes: 60, ...producer }), {
      leaderEpoch,
    });
    expect(result.errorCode).toBe(ErrorCode.NONE);
    // What was written after this is not flushed in the folder of the process that was killed.
    if (i === FLUSHED) await log.flush();
  }
  log.setHighWatermark(COUNT);
  log.deleteRecordsBefore(LOG_START);
  await manager.checkpoint();
  const killed = `${root}/killed`;
  fs.cpSync(closed, killed, { recursive: true });
  fs.rmSync(`${killed}/.lock`, { force: true });
  await manager.close();
  folders = { closed, killed };
  bases = fs
    .readdirSync(`${closed}/orders-0`)
    .filter((name) => name.endsWith('.log'))
    .map((name) => Number.parseInt(name, 10));
  expect(bases.length).toBeGreaterThan(4);
});

afterAll(() => fs.rmSync(root, { recursive: true }));

/** With the times of files and folders, by which a start knows what was not touched. */
function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to]);
}

/** Opened, with all that it complains of, one line each. */
function open(directory: string): { readonly manager: LogManager; readonly lines: string[] } {
  const lines: string[] = [];
  const note = (message: string, fields?: object): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug: () => {}, info: () => {}, warn: note, error: note, child: () => logger };
  return {
    manager: LogManager.open({ environment: nodeEnvironment, directory, nodeId: 1, logger }),
    lines,
  };
}

/** Every offset that can be read, by reading on as a consumer does that seeks past what is damaged. Texts are checked. */
function readableOffsets(log: Log): number[] {
  const found: number[] = [];
  for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
    const result = log.read(offset, { maxBytes: 1, upperBoundOffset: log.logEndOffset, minOneBatch: true });
    const [batch] = batchesOf(Buffer.concat(result.chunks));
    if (result.errorCode !== ErrorCode.NONE || batch === undefined || !batch.isValid()) {
      offset++;
      continue;
    }
    for (const record of decodeBatch(batch)) {
      expect(String(record.value)).toBe(`record ${record.offset}`);
      found.push(record.offset);
    }
    offset = result.nextOffset;
  }
  return found;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

interface Case {
  readonly what: string;
  /** `killed` when the process did not close the folder, `unlisted` when another release of ours did. */
  readonly folder?: 'closed' | 'unlisted' | 'killed';
  /** Given the folder, and the path of a segment's file without its ending. */
  readonly damage: (directory: string, segment: (index: number) => string) => void;
  /** The start is refused with this. */
  readonly refused?: RegExp;
  /** The partition is offline, for this reason, and the start goes on. */
  readonly offline?: RegExp;
  /** What is said while starting, or while reading. */
  readonly says?: RegExp;
  /** Offsets that are gone; none when not said. */
  readonly lost?: () => readonly number[];
}

/** The segment that holds the recovery point of the folder that was killed. */
const recoveredFrom = (): number => bases.findLastIndex((base) => base <= FLUSHED);
const flip = (path: string, at: number): void => {
  const bytes = fs.readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(path, bytes);
};
const cut = (path: string, bytes: number): void => fs.truncateSync(path, fs.statSync(path).size - bytes);
const all = (directory: string, ending: string): string[] =>
  fs
    .readdirSync(`${directory}/orders-0`)
    .filter((name) => name.endsWith(ending))
    .map((name) => `${directory}/orders-0/${name}`);

const DERIVED = [
  'recovery-point-offset-checkpoint',
  'replication-offset-checkpoint',
  'log-start-offset-checkpoint',
  'orders-0/leader-epoch-checkpoint',
];

/** Where a segment is gone, or its end. */
const HOLE =
  /records \d+ to \d+ of .*orders-0 are missing after .*\.log: .*restore the file from a copy, or delete the topic/;

/** Of a log that is as it was closed the own checkpoint is not read: there is nothing to complain of. */
const complaint = (file: string, folder: Case['folder'], says: RegExp): Pick<Case, 'says'> =>
  folder === 'closed' && file.startsWith('orders-0/') ? {} : { says };

const CASES: readonly Case[] = [
  { what: 'nothing', damage: () => {} },
  { what: 'nothing, after a kill', folder: 'killed', damage: () => {} },
  ...DERIVED.flatMap((file): Case[] =>
    (['closed', 'unlisted', 'killed'] as const).flatMap((folder) => [
      {
        what: `${file} removed (${folder})`,
        folder,
        damage: (directory) => fs.rmSync(`${directory}/${file}`),
      },
      {
        what: `${file} emptied (${folder})`,
        folder,
        damage: (directory) => fs.truncateSync(`${directory}/${file}`, 0),
        ...complaint(file, folder, /checkpoint cannot be read/),
      },
      {
        what: `${file} replaced (${folder})`,
        folder,
        damage: (directory) => fs.writeFileSync(`${directory}/${file}`, 'thesis\n'.repeat(9)),
        ...complaint(file, folder, /checkpoint cannot be read/),
      },
      {
        what: `${file} cut short (${folder})`,
        folder,
        damage: (directory) => cut(`${directory}/${file}`, 3),
        ...complaint(file, folder, /cannot be read|derived again|missing/),
      },
    ]),
  ),
  {
    what: 'the list of closed logs removed',
    damage: (directory) => fs.rmSync(`${directory}/.closed-logs`),
  },
  {
    what: 'the list of closed logs emptied',
    damage: (directory) => fs.truncateSync(`${directory}/.closed-logs`, 0),
    says: /list of closed logs cannot be used/,
  },
  {
    what: 'the list of closed logs changed',
    damage: (directory) => {
      const path = `${directory}/.closed-logs`;
      fs.writeFileSync(path, fs.readFileSync(path, 'utf8').replace('"logEndOffset":', '"logEndOffset":1'));
    },
    says: /list of closed logs cannot be used/,
  },
  {
    what: 'the list of closed logs of another stop',
    damage: (directory) =>
      fs.writeFileSync(`${directory}/.kafka_cleanshutdown`, '{"version":0,"brokerEpoch":4711}'),
  },
  ...(['.index', '.timeindex', '.snapshot'] as const).flatMap((ending): Case[] => [
    {
      what: `every ${ending} removed`,
      damage: (directory) => all(directory, ending).forEach((path) => fs.rmSync(path)),
    },
    {
      what: `every ${ending} emptied`,
      damage: (directory) => all(directory, ending).forEach((path) => fs.truncateSync(path, 0)),
    },
    {
      what: `every ${ending} replaced`,
      damage: (directory) =>
        all(directory, ending).forEach((path) => fs.writeFileSync(path, 'thesis'.repeat(20))),
    },
  ]),
  {
    what: 'a closed segment removed',
    damage: (_directory, segment) => fs.rmSync(`${segment(2)}.log`),
    offline: HOLE,
  },
  {
    what: 'a closed segment removed, after a kill',
    folder: 'killed',
    damage: (_directory, segment) => fs.rmSync(`${segment(2)}.log`),
    offline: HOLE,
  },
  {
    what: 'a closed segment emptied',
    damage: (_directory, segment) => fs.truncateSync(`${segment(2)}.log`, 0),
    offline: HOLE,
  },
  {
    what: 'a closed segment cut short',
    damage: (_directory, segment) => cut(`${segment(2)}.log`, 5),
    offline: HOLE,
  },
  {
    what: 'the first segment removed',
    damage: (_directory, segment) => fs.rmSync(`${segment(0)}.log`),
    offline: /records 4 to \d+ of .*orders-0 are missing at its beginning/,
  },
  {
    what: 'the first segment emptied',
    damage: (_directory, segment) => fs.truncateSync(`${segment(0)}.log`, 0),
    offline: HOLE,
  },
  {
    what: 'a closed segment removed below where the cleaner of Kafka has been',
    damage: (directory, segment) => {
      fs.rmSync(`${segment(2)}.log`);
      fs.writeFileSync(`${directory}/cleaner-offset-checkpoint`, `0\n1\norders 0 ${bases[3]}\n`);
    },
    lost: () => range(bases[2] ?? 0, bases[3] ?? 0),
  },
  {
    what: 'a closed segment removed above where the cleaner of Kafka has been',
    damage: (directory, segment) => {
      fs.rmSync(`${segment(2)}.log`);
      fs.writeFileSync(`${directory}/cleaner-offset-checkpoint`, `0\n1\norders 0 ${bases[2]}\n`);
    },
    offline: HOLE,
  },
  {
    what: 'the last segment removed',
    damage: (_directory, segment) => fs.rmSync(`${segment(bases.length - 1)}.log`),
    offline: /ends at offset \d+, though records up to \d+ had been written/,
  },
  {
    what: 'the last segment cut short, after a clean stop',
    damage: (_directory, segment) => cut(`${segment(bases.length - 1)}.log`, 5),
    offline: /damaged at byte \d+ .*restore the file from a copy/,
  },
  {
    what: 'the last segment cut short, after a kill',
    folder: 'killed',
    damage: (_directory, segment) => cut(`${segment(bases.length - 1)}.log`, 5),
    says: /torn and has been cut/,
    lost: () => [COUNT - 1],
  },
  {
    what: 'meta.properties emptied',
    damage: (directory) => fs.truncateSync(`${directory}/meta.properties`, 0),
    refused: /meta.properties cannot be used: it has no version/,
  },
  {
    what: 'meta.properties zeroed',
    damage: (directory) => fs.writeFileSync(`${directory}/meta.properties`, Buffer.alloc(92)),
    refused: /the line "(\\u0000){60}"\.\.\. \(92 characters\) is not "key=value"/,
  },
  {
    what: 'meta.properties removed',
    damage: (directory) => fs.rmSync(`${directory}/meta.properties`),
    refused: /has no meta.properties but is not empty/,
  },
  {
    what: 'meta.properties cut short',
    damage: (directory) => cut(`${directory}/meta.properties`, 25),
    refused: /meta.properties cannot be used/,
  },
  {
    what: 'partition.metadata replaced',
    damage: (directory) => fs.writeFileSync(`${directory}/orders-0/partition.metadata`, 'thesis'),
  },
  {
    what: 'partition.metadata of a newer release',
    damage: (directory) => fs.writeFileSync(`${directory}/orders-0/partition.metadata`, 'version: 3\nx'),
    offline: /partition.metadata cannot be used: it has version 3, written by a newer release/,
  },
  {
    what: 'partition.metadata removed',
    damage: (directory) => fs.rmSync(`${directory}/orders-0/partition.metadata`),
  },
  {
    what: 'a flushed segment changed, after a kill',
    folder: 'killed',
    damage: (_directory, segment) => flip(`${segment(recoveredFrom())}.log`, 70),
    offline: /damaged at byte 0 .*restore the file from a copy/,
  },
  {
    what: 'the last segment but one removed, after a kill, where nothing was flushed yet',
    folder: 'killed',
    damage: (_directory, segment) => fs.rmSync(`${segment(bases.length - 2)}.log`),
    says: /not part of its log any more and is kept aside/,
    lost: () => range(bases.at(-2) ?? 0, COUNT),
  },
  {
    what: 'a folder in the place of a segment',
    damage: (_directory, segment) => {
      fs.rmSync(`${segment(1)}.log`);
      fs.mkdirSync(`${segment(1)}.log`);
    },
    offline: /cannot open .*\.log/,
  },
  ...(process.getuid?.() === 0
    ? []
    : [
        {
          what: 'no right to read a segment',
          damage: (_directory: string, segment: (index: number) => string) =>
            fs.chmodSync(`${segment(bases.length - 1)}.log`, 0),
          folder: 'unlisted' as const,
          offline: /cannot open .*\.log/,
        },
      ]),
  {
    what: 'the marker of a clean stop replaced',
    damage: (directory) => fs.writeFileSync(`${directory}/.kafka_cleanshutdown`, 'thesis'),
  },
  {
    what: 'the marker of a clean stop removed',
    damage: (directory) => fs.rmSync(`${directory}/.kafka_cleanshutdown`),
  },
  {
    what: 'a folder in the place of the lock',
    damage: (directory) => {
      fs.rmSync(`${directory}/.lock`, { force: true, recursive: true });
      fs.mkdirSync(`${directory}/.lock`);
    },
    refused: /\.lock/,
  },
  {
    what: 'a folder in the place of a checkpoint',
    damage: (directory) => {
      fs.rmSync(`${directory}/recovery-point-offset-checkpoint`);
      fs.mkdirSync(`${directory}/recovery-point-offset-checkpoint`);
    },
    refused: /recovery-point-offset-checkpoint/,
  },
];

/** Another partition of the folder, which is as it was. */
const SOUND = { topic: 'payments', partition: 0 };

/**
 * The others are served, and nothing of the partition is changed: not by this start, not by the one after a clean stop, and
 * not by the one after a kill, which must not take the damage for the torn end of a log.
 */
async function expectOffline(directory: string, reason: RegExp): Promise<void> {
  const before = logBytes(directory);
  for (const stop of ['clean', 'killed', 'killed', 'clean'] as const) {
    const { manager, lines } = open(directory);
    expect(manager.get(ID)).toBeUndefined();
    expect(manager.offlineLog(ID)?.error.message).toMatch(reason);
    expect(lines.join('\n')).toMatch(/a partition is offline.*orders/);
    expect(() => manager.getOrCreate({ ...ID, topicId: TOPIC_ID, config: CONFIG })).toThrow(reason);
    const sound = manager.get(SOUND);
    expect(sound?.appendAsLeader(makeBatch({ text: 'x' }), { leaderEpoch: 9 }).errorCode).toBe(
      ErrorCode.NONE,
    );
    if (stop === 'clean') {
      await manager.close();
    } else {
      await manager.checkpoint();
      const image = `${temporaryDirectory()}/image`;
      fs.cpSync(directory, image, { recursive: true });
      await manager.close();
      fs.rmSync(directory, { recursive: true });
      fs.renameSync(image, directory);
      fs.rmSync(`${directory}/.lock`, { force: true });
    }
    expect(logBytes(directory)).toBe(before);
  }
  // Who gives the partition up, or deletes its topic, is rid of it.
  const last = open(directory).manager;
  last.delete(ID);
  expect(last.offlineLog(ID)).toBeUndefined();
  expect(fs.readdirSync(directory).filter((name) => name.startsWith('orders-0'))).toEqual([
    expect.stringMatching(/-delete$/),
  ]);
  await last.close();
}

describe('a partition whose folder is missing', () => {
  const removals = {
    removed: (directory: string) => fs.rmSync(`${directory}/orders-0`, { recursive: true }),
    emptied: (directory: string) => {
      fs.rmSync(`${directory}/orders-0`, { recursive: true });
      fs.mkdirSync(`${directory}/orders-0`);
    },
  };
  const cases = (['closed', 'killed'] as const).flatMap((folder) =>
    (['removed', 'emptied'] as const).map((how) => ({ folder, how })),
  );
  const options = { ...ID, topicId: TOPIC_ID, config: CONFIG };

  it.each(cases)('is offline, whoever starts how often ($folder, $how)', async ({ folder, how }) => {
    const directory = `${temporaryDirectory()}/copy`;
    fs.cpSync(folders[folder], directory, { recursive: true });
    removals[how](directory);
    const reason =
      /orders-0 is missing, though it had records up to offset \d+: restore the folder from a copy, or delete the topic/;
    for (let start = 0; start < 3; start++) {
      const { manager } = open(directory);
      expect(manager.get(ID)).toBeUndefined();
      expect(manager.offlineLog(ID)).toMatchObject({
        isMissing: true,
        error: { message: expect.stringMatching(reason) },
      });
      expect(() => manager.getOrCreate(options)).toThrow(reason);
      expect(manager.get(SOUND)?.logEndOffset).toBe(1);
      await manager.close();
    }
    // Restored, it is as it was.
    fs.cpSync(`${folders[folder]}/orders-0`, `${directory}/orders-0`, { recursive: true });
    const restored = open(directory).manager;
    expect(restored.getOrCreate(options).logEndOffset).toBe(COUNT);
    await restored.close();
  });

  it('begins anew where its folder says so, and where its topic is deleted', async () => {
    for (const way of ['file', 'deletion'] as const) {
      const directory = `${temporaryDirectory()}/copy`;
      fs.cpSync(folders.closed, directory, { recursive: true });
      removals.emptied(directory);
      if (way === 'file') fs.writeFileSync(`${directory}/orders-0/begin-anew`, '');
      const { manager, lines } = open(directory);
      if (way === 'deletion') manager.delete(ID);
      else expect(lines.join('\n')).toMatch(/begins anew without its records/);
      await manager.whenFree(ID);
      const log = manager.getOrCreate(options);
      expect(log).toMatchObject({ logStartOffset: 0, logEndOffset: 0 });
      log.appendAsLeader(makeBatch({ text: 'x' }), { leaderEpoch: 9 });
      await manager.close();
      const again = open(directory).manager;
      expect(again.get(ID)?.logEndOffset).toBe(1);
      await again.close();
    }
  });

  it('is not missed where it was put out of the way and a crash came before the checkpoints knew', async () => {
    const directory = `${temporaryDirectory()}/copy`;
    fs.cpSync(folders.killed, directory, { recursive: true });
    fs.renameSync(`${directory}/orders-0`, `${directory}/orders-0.${'a'.repeat(32)}-delete`);
    const { manager } = open(directory);
    expect(manager.offlineLog(ID)).toBeUndefined();
    await manager.close();
  });
});

describe('a data folder that was damaged', () => {
  it.each(CASES)('$what', async ({ folder = 'closed', damage, refused, offline, says, lost }) => {
    const directory = `${temporaryDirectory()}/copy`;
    copy(folders[folder === 'unlisted' ? 'closed' : folder], directory);
    if (folder === 'unlisted') fs.rmSync(`${directory}/.closed-logs`);
    const segment = (index: number): string =>
      `${directory}/orders-0/${String(bases[index]).padStart(20, '0')}`;
    damage(directory, segment);
    const before = logBytes(directory);
    if (refused !== undefined) {
      expect(() => open(directory)).toThrow(refused);
      expect(logBytes(directory)).toBe(before);
      return;
    }
    if (offline !== undefined) {
      await expectOffline(directory, offline);
      return;
    }
    const { manager, lines } = open(directory);
    const log = manager.get(ID);
    if (log === undefined) throw new Error('the partition has not been opened');
    const gone = new Set(lost?.() ?? []);
    const missing = range(LOG_START, COUNT).filter((offset) => !gone.has(offset));
    // Where nothing says where the log starts, what was deleted can be seen again.
    expect(readableOffsets(log).filter((offset) => offset >= LOG_START)).toEqual(missing);
    if (says === undefined && gone.size === 0)
      expect(lines.filter((line) => line.includes('missing'))).toEqual([]);
    if (says !== undefined) expect(lines.join('\n')).toMatch(says);
    // The partition goes on, and so does the next start.
    const text = { text: `record ${log.logEndOffset}` };
    expect(log.appendAsLeader(makeBatch(text), { leaderEpoch: 9 }).errorCode).toBe(ErrorCode.NONE);
    const end = log.logEndOffset;
    await manager.close();
    const again = open(directory);
    expect(again.manager.get(ID)?.logEndOffset).toBe(end);
    expect(readableOffsets(again.manager.get(ID) ?? log)).toContain(end - 1);
    await again.manager.close();
  });
});

/** Bytes in all segments, wherever they are: nothing is thrown away. */
function logBytes(directory: string): number {
  return all(directory, '.log').reduce((bytes, path) => bytes + fs.statSync(path).size, 0);
}
