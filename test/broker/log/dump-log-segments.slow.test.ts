import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kafkaClassOutput, whyNoKafka } from '../../compat/apache-kafka.ts';
import { appendVerified, makeBatch, makeMarker } from './batches.ts';
import { openLog } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const EPOCH = { leaderEpoch: 3 };

/** Writes a log with everything in it: codecs, idempotence, transactions, several segments. */
async function writeLog(root: string): Promise<string> {
  const log = openLog(root, { segmentBytes: 9_000, indexIntervalBytes: 400 });
  const nowMs = Date.now();
  for (let i = 0; i < 60; i++) {
    log.appendAsLeader(
      makeBatch({ records: 1 + (i % 7), valueBytes: i * 5, timestamp: nowMs - 60_000 + i * 100 }),
      EPOCH,
    );
  }
  for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
    log.appendAsLeader(makeBatch({ records: 20, timestamp: nowMs, compression }), EPOCH);
  }
  let baseSequence = 0;
  for (const isAbort of [true, false, true]) {
    const producer = { producerId: 42, producerEpoch: 1 };
    appendVerified(
      log,
      makeBatch({ ...producer, baseSequence, records: 3, timestamp: nowMs, isTransactional: true }),
      EPOCH,
    );
    baseSequence += 3;
    const marker = makeMarker({ ...producer, isAbort, coordinatorEpoch: 5 });
    expect(log.appendAsLeader(marker, { ...EPOCH, origin: 'coordinator' }).errorCode).toBe(0);
  }
  expect(log.segmentCount).toBeGreaterThan(2);
  await log.close();
  return log.directory;
}

function dump(files: readonly string[], ...options: readonly string[]): string {
  return kafkaClassOutput('org.apache.kafka.tools.DumpLogSegments', ['--files', files.join(), ...options]);
}

/**
 * 4.3.1 takes the first offset of every segment but the first for a gap after "offset -1", in Kafka's own logs, too. Only
 * a report that names a segment's base offset as what follows -1 is left out.
 */
function withoutFalseAlarm(output: string): string {
  return output.replaceAll(/Non-consecutive offsets in \S*?0*(\d+)\.log\n {2}-1 is followed by \1\n/g, '');
}

describe.skipIf(whyNoKafka !== undefined)('DumpLogSegments of Apache Kafka 4.3.1', () => {
  it('reads our log, index, timeindex, txnindex and snapshot files without a complaint', async () => {
    const directory = await writeLog(temporaryDirectory());
    const files = (kind: string): string[] =>
      fs
        .readdirSync(directory)
        .filter((name) => name.endsWith(kind))
        .map((name) => `${directory}/${name}`);

    const log = withoutFalseAlarm(dump(files('.log'), '--deep-iteration', '--print-data-log'));
    expect(log).not.toMatch(/isvalid: false|non-consecutive|Exception|corrupt|invalid bytes/i);
    for (const codec of ['none', 'gzip', 'snappy', 'lz4', 'zstd'])
      expect(log).toContain(`compresscodec: ${codec}`);
    expect(log).toMatch(/endTxnMarker: ABORT coordinatorEpoch: 5/);
    expect(log).toMatch(/partitionLeaderEpoch: 3/);

    for (const kind of ['.index', '.timeindex']) {
      const index = dump(files(kind));
      expect(index).not.toMatch(/mismatch|non-consecutive|out of order|Exception|corrupt/i);
      expect(index.match(/offset: \d+/g)?.length).toBeGreaterThan(10);
      dump(files(kind), '--verify-index-only');
      dump(files(kind), '--index-sanity-check');
    }

    const transactions = dump(files('.txnindex'));
    expect(transactions.match(/producerId: 42/g)).toHaveLength(2);
    const snapshots = dump(files('.snapshot'));
    expect(snapshots).toMatch(/producerId: 42 producerEpoch: 1 .*coordinatorEpoch: 5/);
    expect(`${transactions}${snapshots}`).not.toMatch(/Exception|corrupt/i);
  });
});
