import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Producer, type ProducerOptions } from '../../src/client/index.ts';
import { ErrorCode, errorOf } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { patientEnvironment } from './patient-environment.ts';
import { ScriptedBroker, TOPIC_ID } from './scripted-broker.ts';

/** What the broker saw of a batch. */
interface Seen {
  readonly epoch: number;
  readonly sequence: number;
  readonly count: number;
}

describe('producer, when the broker', () => {
  let broker = new ScriptedBroker();
  let producer: Producer | undefined;
  const environment = patientEnvironment();
  const seen: Seen[] = [];

  beforeEach(async () => {
    broker = new ScriptedBroker();
    seen.length = 0;
    await broker.start();
  });
  afterEach(async () => {
    await producer?.close().catch(() => {});
    producer = undefined;
    await broker.stop();
  });

  function create(options: Partial<ProducerOptions> = {}): Producer {
    producer = new Producer({
      environment,
      bootstrapServers: broker.bootstrapServers,
      lingerMs: 0,
      retryBackoffMs: 1,
      retryBackoffMsMax: 5,
      reconnectBackoffMs: 1,
      ...options,
    });
    return producer;
  }

  /** Answers the n-th produce request with the n-th answer, and every later one with success. */
  function answers(...script: readonly (number | 'cut' | undefined)[]): void {
    let offset = 100;
    let asked = 0;
    broker.on(produce, (request) => {
      const records = request.topicData[0]?.partitionData[0]?.records;
      const batch = new BatchView(records ?? Buffer.alloc(0));
      expect(batch.isValid()).toBe(true);
      seen.push({ epoch: batch.producerEpoch, sequence: batch.baseSequence, count: batch.recordsCount });
      const answer = asked < script.length ? script[asked] : ErrorCode.NONE;
      asked++;
      if (answer === undefined || answer === 'cut') return answer;
      const baseOffset = answer === ErrorCode.NONE ? offset : -1;
      if (answer === ErrorCode.NONE) offset += batch.recordsCount;
      return {
        responses: [{ topicId: TOPIC_ID, partitionResponses: [{ index: 0, errorCode: answer, baseOffset }] }],
      };
    });
  }

  it('drops the connection, sends the same sequence numbers again', async () => {
    answers(ErrorCode.NONE, 'cut');
    const { send, results } = sender(create());
    await send('a');
    await send('b');
    await send('c');
    expect(seen).toEqual([
      { epoch: 0, sequence: 0, count: 1 },
      { epoch: 0, sequence: 1, count: 1 },
      { epoch: 0, sequence: 1, count: 1 },
      { epoch: 0, sequence: 2, count: 1 },
    ]);
    expect(results).toEqual(['a@100', 'b@101', 'c@102']);
  });

  it('has forgotten the sequence, goes on under the next epoch from 0', async () => {
    answers(ErrorCode.NONE, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    const { send, results } = sender(create());
    await send('a');
    await send('b');
    await send('c');
    expect(seen).toEqual([
      { epoch: 0, sequence: 0, count: 1 },
      { epoch: 0, sequence: 1, count: 1 },
      { epoch: 1, sequence: 0, count: 1 },
      { epoch: 1, sequence: 1, count: 1 },
    ]);
    expect(results).toEqual(['a@100', 'b@101', 'c@102']);
  });

  it('does not accept the epoch any more, asks for a new producer id', async () => {
    answers(ErrorCode.INVALID_PRODUCER_EPOCH);
    const { send } = sender(create());
    await send('a');
    expect(broker.asked.filter((name) => name.startsWith('InitProducerId')).length).toBe(2);
    expect(seen.map(({ sequence }) => sequence)).toEqual([0, 0]);
  });

  it('has written the batch before, takes that as success', async () => {
    answers(ErrorCode.DUPLICATE_SEQUENCE_NUMBER);
    const { send, results } = sender(create());
    await send('a');
    expect(results).toEqual(['a@-1']);
  });

  it('answers one of many batches with a passing error, keeps their order', async () => {
    const { asked, refusals, results, target } = strict(1);
    await sendMany(target, results);
    expect(results).toEqual(Array.from({ length: 30 }, (_, i) => `${i}@${100 + i}`));
    expect(asked()).toBeGreaterThan(10);
    expect(refusals()).toBeGreaterThan(1);
    // Nothing was renumbered: the gaps came from overtaking only.
    expect(new Set(seen.map(({ epoch }) => epoch))).toEqual(new Set([0]));
  });

  it('does not know it leads when the first batch comes, is sent no second one that it would let in before', async () => {
    const { refusals, results, target } = strict(0);
    await sendMany(target, results);
    expect(results).toEqual(Array.from({ length: 30 }, (_, i) => `${i}@${100 + i}`));
    expect(refusals()).toBe(1);
    expect(seen.slice(0, 2).map(({ sequence }) => sequence)).toEqual([0, 0]);
  });

  /** A broker that checks sequence numbers, as real ones do (any will do for a first), and refuses the n-th batch once. */
  function strict(refused: number) {
    let asked = 0;
    let expected: number | undefined;
    let refusals = 0;
    let offset = 100;
    broker.on(produce, (request) => {
      const batch = new BatchView(request.topicData[0]?.partitionData[0]?.records ?? Buffer.alloc(0));
      const inOrder = expected === undefined || batch.baseSequence === expected;
      let errorCode: number = inOrder ? ErrorCode.NONE : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
      if (asked++ === refused) errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
      seen.push({ epoch: batch.producerEpoch, sequence: batch.baseSequence, count: batch.recordsCount });
      const baseOffset = errorCode === ErrorCode.NONE ? offset : -1;
      if (errorCode === ErrorCode.NONE) {
        expected = batch.baseSequence + batch.recordsCount;
        offset += batch.recordsCount;
      } else refusals++;
      return {
        responses: [{ topicId: TOPIC_ID, partitionResponses: [{ index: 0, errorCode, baseOffset }] }],
      };
    });
    const target = create({ batchBytesMax: 200 });
    return { asked: () => asked, refusals: () => refusals, results: [] as string[], target };
  }

  async function sendMany(target: Producer, results: string[]): Promise<void> {
    await target.partitionsFor('t');
    for (let i = 0; i < 30; i++) {
      target.send({ topic: 't', value: 'x'.repeat(40) }, (error, offset) => {
        results.push(`${i}@${error === null ? offset : error.message}`);
      });
    }
    await target.flush();
  }

  it('refuses a record for good, tells it and leaves no gap', async () => {
    answers(ErrorCode.NONE, ErrorCode.INVALID_TIMESTAMP);
    const { send, results } = sender(create());
    await send('a');
    await send('b');
    await send('c');
    expect(results[1]).toMatch(/^b: t-0: .* \(INVALID_TIMESTAMP\)$/);
    expect(seen.map(({ epoch, sequence }) => [epoch, sequence])).toEqual([
      [0, 0],
      [0, 1],
      [0, 1],
    ]);
    // Its sender has been told, by its callback: nobody is told again.
    await producer?.flush();
  });

  it.each([ErrorCode.INVALID_TIMESTAMP, ErrorCode.INVALID_RECORD])(
    'refuses a batch for one of its records, takes the others: code %d',
    async (code) => {
      // All four; the first two; the last two, the third and the fourth.
      answers(ErrorCode.NONE, code, ErrorCode.NONE, code, code, ErrorCode.NONE);
      const target = create({ lingerMs: 5, inFlightMax: 1 });
      await target.sendAndWait({ topic: 't', value: 'first' });
      const results: string[] = [];
      for (const name of ['a', 'b', 'c', 'd']) {
        target.send({ topic: 't', value: name }, (error) => results.push(`${name}: ${error?.message}`));
      }
      await target.flush();
      expect(results.filter((each) => !each.endsWith('undefined'))).toEqual([
        expect.stringMatching(new RegExp(`^c: t-0: .*${errorOf(code).name}`)),
      ]);
      expect(results).toHaveLength(4);
    },
  );

  it('finds a batch too large and then refuses its halves, keeps their order and loses neither', async () => {
    answers(
      ErrorCode.NONE,
      ErrorCode.MESSAGE_TOO_LARGE,
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
      ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    );
    const target = create({ lingerMs: 5 });
    await target.sendAndWait({ topic: 't', value: 'first' });
    const results: string[] = [];
    for (const name of ['a', 'b']) {
      target.send({ topic: 't', value: name }, (error, offset) => {
        results.push(`${name}@${error === null ? offset : error.message}`);
      });
    }
    await target.flush();
    expect(results).toEqual(['a@101', 'b@102']);
    expect(seen.map(({ epoch, sequence, count }) => [epoch, sequence, count])).toEqual([
      [0, 0, 1],
      [0, 1, 2],
      [0, 1, 1],
      [0, 2, 1],
      [0, 1, 1],
      [0, 2, 1],
    ]);
  });

  it('takes longer than the delivery timeout to answer, gives up in time', async () => {
    answers(undefined);
    const { send, results } = sender(create({ requestTimeoutMs: 600_000, deliveryTimeoutMs: 100 }));
    await send('a');
    expect(results[0]).toBe('a: delivering 1 records to t-0 did not succeed within 100 ms');
  });

  it('never answers, gives up at the delivery timeout with what happened last', async () => {
    answers(...Array.from({ length: 1_000 }, () => undefined));
    const { send, results } = sender(create({ requestTimeoutMs: 30, deliveryTimeoutMs: 120 }));
    await send('a');
    expect(results[0]).toMatch(
      /^a: delivering 1 records to t-0 did not succeed within 120 ms; last: .* did not answer Produce in time$/,
    );
    // The broker may have written it: the next record must not take its number.
    answers();
    seen.length = 0;
    await send('b');
    expect(results[1]).toMatch(/^b@10/);
    // What is still asked about 'a' may take the connection, and so 'b', with it: then that comes again as it was.
    for (const batch of seen) expect(batch).toEqual({ epoch: 1, sequence: 0, count: 1 });
  });

  it('is replaced while it waits for its followers, is asked again about what it may have written', async () => {
    let refusing = true;
    answers();
    const target = create({ deliveryTimeoutMs: 1_000, inFlightMax: 5, retryBackoffMsMax: 10 });
    await target.sendAndWait({ topic: 't', value: 'first' });
    // 'a' is given up, and with it the sequence; 'b' was sent too, and may be in the log of whoever leads next.
    broker.on(produce, (request) => {
      const batch = new BatchView(request.topicData[0]?.partitionData[0]?.records ?? Buffer.alloc(0));
      seen.push({ epoch: batch.producerEpoch, sequence: batch.baseSequence, count: batch.recordsCount });
      const errorCode = refusing ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
      const partition = { index: 0, errorCode, baseOffset: refusing ? -1 : 200 };
      return { responses: [{ topicId: TOPIC_ID, partitionResponses: [partition] }] };
    });
    const { send, results } = sender(target);
    const a = send('a').then(() => {
      refusing = false;
      seen.length = 0;
    });
    await environment.timers.sleep(500);
    const b = send('b');
    // Both are under way together when nobody lingers.
    await target.flush();
    await Promise.all([a, b]);
    await send('c');
    expect(results[0]).toMatch(/^a: delivering 1 records to t-0 did not succeed/);
    expect(results.slice(1)).toEqual(['b@200', 'c@200']);
    expect(seen).toEqual([
      { epoch: 0, sequence: 2, count: 1 },
      { epoch: 1, sequence: 0, count: 1 },
    ]);
  });

  it('has no room for more, makes the application wait', async () => {
    answers(undefined);
    const target = create({ bufferBytesMax: 10_000, requestTimeoutMs: 100, batchBytesMax: 1_000 });
    await target.partitionsFor('t');
    let sent = 0;
    while (target.ready() === undefined) {
      target.send({ topic: 't', value: 'x'.repeat(90) });
      sent++;
    }
    expect(sent).toBeGreaterThan(80);
    expect(sent).toBeLessThan(120);
    // Who does not wait is refused in the end.
    let refused: unknown;
    for (let i = 0; i < 200; i++)
      target.send({ topic: 't', value: 'x'.repeat(90) }, (error) => (refused ??= error));
    expect(refused).toMatchObject({ code: 'BUFFER_EXHAUSTED' });
    await target.ready();
    expect(target.ready()).toBeUndefined();
    // And where nobody has asked to be told, the next flush tells it.
    await target.flush();
    for (let i = 0; i < 400; i++) target.send({ topic: 't', value: 'x'.repeat(90) });
    await expect(target.flush()).rejects.toMatchObject({ code: 'BUFFER_EXHAUSTED' });
  });

  it('has told the sender of a failure, closes without telling it again', async () => {
    answers(ErrorCode.INVALID_TIMESTAMP, ErrorCode.INVALID_TIMESTAMP);
    const target = create();
    const refused = { code: 'INVALID_TIMESTAMP' };
    await expect(target.sendAndWait({ topic: 't', value: 'a' })).rejects.toMatchObject(refused);
    const told: unknown[] = [];
    target.send({ topic: 't', value: 'b' }, (error) => told.push(error));
    await target.close();
    expect(told).toMatchObject([refused]);
  });

  it.each([
    ['alone', []],
    ['behind a record whose sender is told', ['told', 'untold']],
    ['ahead of a record whose sender is told', ['untold', 'told']],
  ])('has told nobody of a failure, tells it when it closes: %s', async (_where, records) => {
    answers(ErrorCode.INVALID_REQUIRED_ACKS);
    const target = create({ lingerMs: 50 });
    const told: unknown[] = [];
    for (const value of records.length === 0 ? ['untold'] : records) {
      target.send({ topic: 't', value }, value === 'told' ? (error) => told.push(error) : undefined);
    }
    await expect(target.close()).rejects.toMatchObject({ code: 'INVALID_REQUIRED_ACKS' });
    expect(told).toHaveLength(records.length / 2);
  });

  it('acknowledges records whose callback throws, tells the others and the next flush', async () => {
    answers();
    const target = create({ lingerMs: 5 });
    const told: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      target.send({ topic: 't', value: name }, () => {
        told.push(name);
        if (name === 'b') throw new Error('the callback is broken');
      });
    }
    await expect(target.flush()).rejects.toThrow('the callback is broken');
    expect(told).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual([{ epoch: 0, sequence: 0, count: 3 }]);
    await target.flush();
  });

  it('speaks an older ApiVersions only, asks again in its version', async () => {
    answers();
    broker.apiVersionsMax = 2;
    const { send, results } = sender(create());
    await send('a');
    expect(results).toEqual(['a@100']);
    expect(broker.asked.slice(0, 2)).toEqual([`ApiVersions ${apiVersions.advertised.max}`, 'ApiVersions 2']);
  });
});

function sender(producer: Producer) {
  const results: string[] = [];
  const send = async (value: string): Promise<void> => {
    const note = (what: string): void => {
      results.push(`${value}${what}`);
    };
    await producer.sendAndWait({ topic: 't', value }).then(
      ({ offset }) => note(`@${offset}`),
      (error: unknown) => note(`: ${error instanceof Error ? error.message : String(error)}`),
    );
  };
  return { send, results };
}
