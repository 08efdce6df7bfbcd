import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { appendVerified, makeBatch, makeMarker } from './batches.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const ID = { topic: 'orders', partition: 0 };
const CONFIG = { ...DEFAULT_LOG_CONFIG, segmentBytes: 800, indexIntervalBytes: 100 };
const TRANSACTIONS = 8;

interface Opened {
  readonly manager: LogManager;
  readonly log: Log;
  readonly warnings: readonly string[];
}

function openFolder(directory: string): Opened {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const manager = LogManager.open({
    environment: nodeEnvironment,
    logger: { ...silentLogger, warn, error: warn },
    directory,
    nodeId: 1,
    configOf: () => CONFIG,
  });
  const log = manager.getOrCreate({ ...ID, topicId: 'MTIzNDU2Nzg5MDEyMzQ1Ng', config: CONFIG });
  return { manager, log, warnings };
}

/** Every second transaction is aborted, and one of another producer spans all but the first segments. */
function fill(log: Log): void {
  const append = (producerId: number, baseSequence: number): void => {
    const header = { producerId, producerEpoch: 0, baseSequence, isTransactional: true };
    appendVerified(log, makeBatch({ ...header, valueBytes: 200 }));
  };
  const end = (producerId: number, isAbort: boolean): void => {
    const marker = makeMarker({ producerId, producerEpoch: 0, isAbort });
    log.appendAsLeader(marker, { leaderEpoch: 0, origin: 'coordinator' });
  };
  for (let i = 0; i < TRANSACTIONS; i++) {
    append(7, i);
    if (i === 1) append(8, 0);
    end(7, i % 2 === 0);
    if (i === TRANSACTIONS - 2) end(8, true);
  }
  log.setHighWatermark(log.logEndOffset);
}

type End = 'closed' | 'closed with an open transaction' | 'killed';
const ENDS: readonly End[] = ['closed', 'closed with an open transaction', 'killed'];
const roots: string[] = [];
const folders = new Map<End, string>();
let expected: readonly unknown[] = [];
let endOffset = 0;

const indexes = (directory: string): string[] =>
  fs
    .readdirSync(`${directory}/orders-0`)
    .filter((name) => name.endsWith('.txnindex'))
    .map((name) => `${directory}/orders-0/${name}`);

beforeAll(async () => {
  for (const end of ENDS) {
    const root = fs.mkdtempSync(`${tmpdir()}/millrace-aborted-`);
    roots.push(root);
    const { manager, log } = openFolder(`${root}/data`);
    fill(log);
    endOffset = log.logEndOffset;
    expected = log.abortedTransactions(0, endOffset) as readonly unknown[];
    if (end === 'closed with an open transaction') {
      const header = { producerId: 9, producerEpoch: 0, baseSequence: 0, isTransactional: true };
      appendVerified(log, makeBatch(header));
    }
    await log.flush();
    await manager.checkpoint();
    if (end === 'killed') {
      fs.cpSync(`${root}/data`, `${root}/killed`, { recursive: true });
      fs.rmSync(`${root}/killed/.lock`, { force: true });
    }
    await manager.close();
    folders.set(end, end === 'killed' ? `${root}/killed` : `${root}/data`);
  }
});

afterAll(() => {
  for (const root of roots) fs.rmSync(root, { recursive: true, force: true });
});

function copyOf(end: End): string {
  const directory = temporaryDirectory();
  fs.cpSync(folders.get(end) ?? '', directory, { recursive: true, preserveTimestamps: true });
  return directory;
}

const flip = (path: string, at: number): void => {
  const content = fs.readFileSync(path);
  content[at] = (content[at] ?? 0) ^ 1;
  fs.writeFileSync(path, content);
};
const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  removed: (path) => fs.rmSync(path),
  emptied: (path) => fs.truncateSync(path, 0),
  'cut within an entry': (path) => fs.truncateSync(path, 20),
  'of another producer': (path) => flip(path, 9),
  'of a transaction that began elsewhere': (path) => flip(path, 17),
  junk: (path) => fs.writeFileSync(path, 'junk'.repeat(20)),
  zeros: (path) => fs.writeFileSync(path, Buffer.alloc(34)),
};

describe.each(ENDS)('an index of aborted transactions in a folder that was %s', (end) => {
  it('is believed where it is whole', async () => {
    const { manager, log, warnings } = openFolder(copyOf(end));
    expect(expected.length).toBe(TRANSACTIONS / 2 + 1);
    expect(log.abortedTransactions(0, endOffset)).toEqual(expected);
    expect(warnings).toEqual([]);
    await manager.close();
  });

  it.each(Object.keys(DAMAGES))('is made anew where it is %s, and one line says so', async (damage) => {
    const directory = copyOf(end);
    const paths = indexes(directory);
    expect(paths.length).toBeGreaterThan(3);
    const contents = paths.map((path) => fs.readFileSync(path));
    for (const path of [paths[0], paths[2]]) DAMAGES[damage]?.(String(path));
    const first = openFolder(directory);
    expect(first.log.abortedTransactions(0, endOffset)).toEqual(expected);
    expect(first.warnings).toEqual(
      Array.from({ length: 2 }, () => expect.stringMatching(/^an index of aborted transactions/)),
    );
    await first.manager.close();
    expect(paths.map((path) => fs.readFileSync(path))).toEqual(contents);
    const again = openFolder(directory);
    expect(again.log.abortedTransactions(0, endOffset)).toEqual(expected);
    expect(again.warnings).toEqual([]);
    await again.manager.close();
  });

  it('is made anew where there is no snapshot of the producers', async () => {
    const directory = copyOf(end);
    for (const name of fs.readdirSync(`${directory}/orders-0`))
      if (name.endsWith('.snapshot')) fs.rmSync(`${directory}/orders-0/${name}`);
    for (const path of indexes(directory)) fs.rmSync(path);
    const { manager, log } = openFolder(directory);
    expect(log.abortedTransactions(0, endOffset)).toEqual(expected);
    await manager.close();
  });

  it('lets nobody read where the log does not tell, either', async () => {
    const directory = copyOf(end);
    const [first = ''] = indexes(directory);
    fs.rmSync(first);
    const { manager, log } = openFolder(directory);
    // The second batch of the first segment is no batch any more.
    const segment = first.replace('.txnindex', '.log');
    const content = fs.readFileSync(segment);
    content.fill(0, content.readInt32BE(8) + 12);
    fs.writeFileSync(segment, content);
    expect(log.abortedTransactions(0, 1)).toBe(2);
    await manager.close();
  });
});

describe('an index of aborted transactions that nobody has noted', () => {
  it('is made anew where it cannot be read', async () => {
    const directory = copyOf('killed');
    fs.rmSync(`${directory}/orders-0/transaction-index-checkpoint`);
    const [path = ''] = indexes(directory);
    fs.truncateSync(path, 20);
    const { manager, log } = openFolder(directory);
    expect(log.abortedTransactions(0, endOffset)).toEqual(expected);
    await manager.close();
  });

  it('is noted when it has been read', async () => {
    const directory = copyOf('killed');
    fs.rmSync(`${directory}/orders-0/transaction-index-checkpoint`);
    const { manager, log } = openFolder(directory);
    void log.abortedTransactions(0, endOffset);
    await manager.close();
    for (const path of indexes(directory)) fs.rmSync(path);
    const again = openFolder(directory);
    expect(again.log.abortedTransactions(0, endOffset)).toEqual(expected);
    await again.manager.close();
  });
});
