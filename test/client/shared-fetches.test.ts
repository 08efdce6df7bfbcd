import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Consumer, type ConsumerOptions, nodeEnvironment } from '../../src/client/index.ts';
import { SharedFetches } from '../../src/client/consumer/shared-fetches.ts';
import { SharedRecords } from '../../src/client/consumer/shared-records.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ResponseInput } from '../../src/protocol/message.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { BatchBuilder, type BatchHeader } from '../../src/protocol/records/batch-builder.ts';
import { read, until } from './contract/clients.ts';
import { ScriptedBroker, TOPIC_ID } from './scripted-broker.ts';

type PartitionAnswer = NonNullable<
  NonNullable<NonNullable<ResponseInput<typeof fetch>['responses']>[number]['partitions']>[number]
>;

/** As in chunk-cache.ts. */
const KEPT_BYTES_MAX = 48 * 1024 * 1024;
const PASSED_BYTES_MAX = 4 * 1024 * 1024;

const PARTITION = { topic: 't', partition: 0 };

function batch(values: readonly string[], header: BatchHeader): Buffer {
  const builder = new BatchBuilder();
  for (const value of values) builder.append(null, Buffer.from(value), 1_000);
  return builder.build({ partitionLeaderEpoch: 1, ...header });
}

describe('consumers that share their fetches', () => {
  let broker = new ScriptedBroker();
  let fetches = new SharedFetches({ clientId: 'shared' });
  const consumers: Consumer[] = [];
  /** What was asked for, in order. */
  const asked: { readonly offset: number; readonly epoch: number; readonly isolation: number }[] = [];

  beforeEach(async () => {
    broker = new ScriptedBroker();
    fetches = new SharedFetches({ clientId: 'shared' });
    asked.length = 0;
    await broker.start();
  });
  afterEach(async () => {
    await Promise.all(consumers.splice(0).map((consumer) => consumer.close()));
    fetches.close();
    await broker.stop();
  });

  function create(options: Partial<ConsumerOptions> = {}): Consumer {
    const consumer = new Consumer(
      {
        environment: nodeEnvironment,
        bootstrapServers: broker.bootstrapServers,
        autoOffsetReset: 'none',
        retryBackoffMs: 2,
        fetchWaitMsMax: 20,
        ...options,
      },
      { fetches },
    );
    consumers.push(consumer);
    consumer.assign([PARTITION]);
    return consumer;
  }

  function at(offset: number, options: Partial<ConsumerOptions> = {}): Consumer {
    const consumer = create(options);
    consumer.seek(PARTITION, offset);
    return consumer;
  }

  /** Answers fetches by offset; an offset without an answer has no records yet. */
  function serve(answers: (offset: number) => PartitionAnswer | undefined): void {
    broker.on(fetch, ({ topics, isolationLevel }) => {
      const partition = topics[0]?.partitions[0];
      const offset = partition?.fetchOffset ?? -1;
      asked.push({ offset, epoch: partition?.lastFetchedEpoch ?? -1, isolation: isolationLevel });
      const answer = { partitionIndex: 0, highWatermark: 50, lastStableOffset: 50, ...answers(offset) };
      return { responses: [{ topicId: TOPIC_ID, partitions: [answer] }] };
    });
  }

  const offsetsAsked = (offset: number): number => asked.filter((each) => each.offset === offset).length;

  const valuesOf = (records: readonly { readonly value: Buffer | null }[]): readonly string[] =>
    records.map(({ value }) => String(value));

  it('cost one fetch, and get the same records', async () => {
    serve((offset) => (offset === 0 ? { records: batch(['a', 'b', 'c'], { baseOffset: 0 }) } : undefined));
    const [first, second, late] = [at(0), at(0), at(0)];
    const [a, b] = await Promise.all([read(first, 3), read(second, 3)]);
    const c = await read(late, 3);
    expect(valuesOf(a)).toEqual(['a', 'b', 'c']);
    for (const [index, { value }] of a.entries()) {
      expect(b[index]?.value).toBe(value);
      expect(c[index]?.value).toBe(value);
    }
    expect(offsetsAsked(0)).toBe(1);
  });

  it('begin within what another one has fetched', async () => {
    const records = Buffer.concat([
      batch(['a', 'b', 'c'], { baseOffset: 0 }),
      // What compaction has left.
      batch(['f', 'g'], { baseOffset: 5 }),
    ]);
    serve((offset) => (offset === 0 ? { records } : undefined));
    expect(valuesOf(await read(at(0), 5))).toEqual(['a', 'b', 'c', 'f', 'g']);
    expect(valuesOf(await read(at(2), 3))).toEqual(['c', 'f', 'g']);
    expect(valuesOf(await read(at(4), 2))).toEqual(['f', 'g']);
    expect(valuesOf(await read(at(6), 1))).toEqual(['g']);
    expect([0, 2, 4, 6].map(offsetsAsked)).toEqual([1, 0, 0, 0]);
  });

  it('share nothing where they do not fetch alike', async () => {
    serve((offset) => (offset === 0 ? { records: batch(['a'], { baseOffset: 0 }) } : undefined));
    await read(at(0), 1);
    await read(at(0, { isolationLevel: 'read_committed' }), 1);
    expect(asked.filter(({ offset }) => offset === 0).map(({ isolation }) => isolation)).toEqual([0, 1]);
  });

  it('wait for one answer at the end of the log, and each is told where it is', async () => {
    serve(() => undefined);
    const waiting = [at(7), at(7), at(7)];
    const polls = waiting.map((consumer) => consumer.poll(30));
    await until(() => waiting.every((consumer) => consumer.lag(PARTITION) === 43));
    await Promise.all(polls);
    // Three that fetched for themselves would have asked three times for each answer.
    expect(new Set(asked.map(({ offset }) => offset))).toEqual(new Set([7]));
  });

  it('wait on without being woken, and whoever goes elsewhere meanwhile is let go', async () => {
    let isThere = false;
    serve((offset) => {
      if (offset === 3) return { records: batch(['d'], { baseOffset: 3 }) };
      return offset === 7 && isThere ? { records: batch(['h'], { baseOffset: 7 }) } : undefined;
    });
    const [staying, leaving] = [at(7), at(7)];
    const coming = read(staying, 1);
    await Promise.all([leaving.poll(30), until(() => offsetsAsked(7) > 3)]);
    leaving.seek(PARTITION, 3);
    expect(valuesOf(await read(leaving, 1))).toEqual(['d']);
    isThere = true;
    expect(valuesOf(await coming)).toEqual(['h']);
  });

  it('are told apart by what they have read before: whoever may have another history asks the broker', async () => {
    serve((offset) => {
      if (offset === 0) return { records: batch(['a', 'b'], { baseOffset: 0 }) };
      return offset === 2 ? { records: batch(['c'], { baseOffset: 2 }) } : undefined;
    });
    await read(at(0), 3);
    expect(asked.slice(0, 2)).toEqual([
      { offset: 0, epoch: -1, isolation: 0 },
      { offset: 2, epoch: 1, isolation: 0 },
    ]);
    // It knows nothing of what came before, as after a seek of the application.
    expect(valuesOf(await read(at(2), 1))).toEqual(['c']);
    expect(offsetsAsked(2)).toBe(1);
  });

  it('forget what they have kept when the log turns out to have another history', async () => {
    let isCut = false;
    serve((offset) => {
      if (offset === 2 && isCut) return { divergingEpoch: { epoch: 1, endOffset: 1 } };
      if (offset === 0) return { records: batch(['a', 'b'], { baseOffset: 0 }) };
      return offset === 1 && isCut ? { records: batch(['new'], { baseOffset: 1 }) } : undefined;
    });
    const reader = at(0, { autoOffsetReset: 'latest' });
    await read(reader, 2);
    isCut = true;
    expect(valuesOf(await read(reader, 1))).toEqual(['new']);
    expect(valuesOf(await read(at(1), 1))).toEqual(['new']);
  });

  it('meet a failure each by itself, and read on behind it each when it is told to', async () => {
    const bad = batch(['c', 'd'], { baseOffset: 2 });
    bad[bad.length - 2] = 0x7f;
    const records = Buffer.concat([batch(['a', 'b'], { baseOffset: 0 }), bad]);
    serve((offset) => {
      if (offset === 0) return { records };
      return offset === 4 ? { records: batch(['e'], { baseOffset: 4 }) } : undefined;
    });
    for (const consumer of [at(0), at(0)]) {
      expect(valuesOf(await read(consumer, 2))).toEqual(['a', 'b']);
      for (let again = 0; again < 2; again++)
        await expect(consumer.poll(1_000)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
      consumer.seek(PARTITION, 4);
      expect(valuesOf(await read(consumer, 1))).toEqual(['e']);
    }
  });

  it('that begin behind what cannot be read do not meet it', async () => {
    const bad = batch(['a', 'b'], { baseOffset: 0 });
    bad[bad.length - 2] = 0x7f;
    const good = batch(['c', 'd'], { baseOffset: 2 });
    serve((offset) => {
      if (offset === 0) return { records: Buffer.concat([bad, good]) };
      return offset === 3 ? { records: good } : undefined;
    });
    const unlucky = at(0);
    const fetched = until(() => offsetsAsked(0) > 0);
    const poll = expect(unlucky.poll(1_000)).rejects.toMatchObject({ code: 'CORRUPT_RECORD' });
    await fetched;
    expect(valuesOf(await read(at(3), 1))).toEqual(['d']);
    await poll;
  });

  it('do not get what was deleted meanwhile', async () => {
    let logStartOffset = 0;
    serve((offset) => {
      if (offset < logStartOffset) return { errorCode: ErrorCode.OFFSET_OUT_OF_RANGE };
      return offset === 0
        ? { records: batch(['a', 'b'], { baseOffset: 0 }), logStartOffset }
        : { logStartOffset };
    });
    const tailing = at(0);
    await read(tailing, 2);
    logStartOffset = 2;
    const before = offsetsAsked(2);
    await Promise.all([tailing.poll(1_000), until(() => offsetsAsked(2) > before + 1)]);
    await expect(at(0).poll(1_000)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' });
  });

  it('go on when one of them ends in the middle', async () => {
    serve((offset) => (offset < 6 ? { records: batch([`v${offset}`], { baseOffset: offset }) } : undefined));
    const [staying, leaving] = [at(0), at(0)];
    await read(leaving, 2);
    const polling = read(staying, 6);
    await leaving.close();
    expect(valuesOf(await polling)).toEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'v5']);
  });

  it('leave what they made of a record for the others', async () => {
    serve((offset) => (offset === 0 ? { records: batch(['a', 'b'], { baseOffset: 0 }) } : undefined));
    const maker = {};
    const [first, second] = [at(0), at(1)];
    const mine = (await first.poll(1_000))[0];
    const yours = (await second.poll(1_000))[0];
    if (!(mine instanceof SharedRecords) || !(yours instanceof SharedRecords)) throw new Error('not shared');
    mine.column(maker)[mine.first + 1] = 'made of b';
    expect(yours.column(maker)[yours.first]).toBe('made of b');
    expect(yours.column({})[yours.first]).toBeUndefined();
  });

  it('keep a little of what all of them have read', async () => {
    const value = 'x'.repeat(1_000_000);
    serve((offset) => (offset < 100 ? { records: batch([value], { baseOffset: offset }) } : undefined));
    await read(at(0), 100);
    expect(fetches.keptBytes).toBeLessThanOrEqual(PASSED_BYTES_MAX);
    expect(fetches.keptBytes).toBeGreaterThan(0);
    expect(valuesOf(await read(at(99), 1))).toEqual([value]);
    expect(offsetsAsked(99)).toBe(1);
  });

  it('keep no more than a bound for those who come later', async () => {
    const value = 'x'.repeat(1_000_000);
    serve((offset) => (offset < 100 ? { records: batch([value], { baseOffset: offset }) } : undefined));
    await read(at(0), 1);
    await read(at(0), 100);
    expect(fetches.keptBytes).toBeLessThanOrEqual(KEPT_BYTES_MAX);
    expect(fetches.keptBytes).toBeGreaterThan(KEPT_BYTES_MAX / 10);
    // Whoever is far behind reads for itself.
    expect(valuesOf(await read(at(0), 1))).toEqual([value]);
    expect(offsetsAsked(0)).toBe(2);
  });
});
