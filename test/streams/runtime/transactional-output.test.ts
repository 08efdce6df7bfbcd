import { beforeEach, describe, expect, it } from 'vitest';
import { OperationalError } from '../../../src/base/errors.ts';
import { TransactionError } from '../../../src/client/index.ts';
import { CurrentRecord } from '../../../src/streams/runtime/current-record.ts';
import { failureHandlers, StreamsFailure } from '../../../src/streams/runtime/failures.ts';
import { OutputProducer } from '../../../src/streams/runtime/output-producer.ts';
import { ResultSource } from '../../../src/streams/runtime/result-origin.ts';
import { TransactionFailure, transactionFailure } from '../../../src/streams/runtime/transaction-failure.ts';
import { TransactionalOutput } from '../../../src/streams/runtime/transactional-output.ts';
import { Script, ScriptedProducer } from './scripted-producer.ts';

const GROUP = { groupId: 'app', generationId: 3, memberId: 'me', groupInstanceId: null };
const offsets = [{ topic: 'in', partition: 0, offset: 7 }];

const abortable = new TransactionError('TRANSACTION_ABORTABLE', 'abort', { recovery: 'abort' });
const fenced = new TransactionError('PRODUCER_FENCED', 'fenced', { recovery: 'restart' });
const unknownEnd = new TransactionError('TIMED_OUT', 'who knows', { recovery: 'restart' });
const forbidden = new TransactionError('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'no', { recovery: 'none' });
const left = new TransactionError('COMMIT_FAILED', 'left', { recovery: 'abort' });
const tooLarge = new OperationalError('MESSAGE_TOO_LARGE', 'too large', { retriable: false });
const unauthorized = new OperationalError('TOPIC_AUTHORIZATION_FAILED', 'not yours', { retriable: false });
const late = new OperationalError('TIMED_OUT', 'late', { retriable: true });

it.each([
  [abortable, 'replay'],
  [unknownEnd, 'replay'],
  [late, 'replay'],
  [fenced, 'rejoin'],
  [left, 'rejoin'],
  [new TransactionError('FAILED', 'wrapped', { recovery: 'abort', cause: left }), 'rejoin'],
  [new OperationalError('INVALID_TXN_STATE', 'aborted by the coordinator', { retriable: false }), 'rejoin'],
  [forbidden, undefined],
  [new TransactionError('FENCED_INSTANCE_ID', 'another one', { recovery: 'abort' }), undefined],
  [tooLarge, undefined],
  [new TypeError('a bug'), undefined],
])('%s has its work done again: %s', (error, recovery) => {
  expect(transactionFailure(error)?.recovery).toBe(recovery);
});

describe('the output of a processing loop in transactions', () => {
  let script: Script;
  let transactions: TransactionalOutput;
  let told: (Error | null)[];
  let fences: number;

  beforeEach(async () => {
    script = new Script();
    fences = 0;
    transactions = new TransactionalOutput(
      () => new ScriptedProducer(script),
      () => fences++,
    );
    told = [];
    await transactions.initialize();
  });

  const send = (value: string): void =>
    transactions.send({ topic: 'out', value }, (error) => void told.push(error));
  const failureOf = (working: Promise<unknown>): Promise<unknown> =>
    working.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('begins a transaction with its first record, and the next one with the first after the commit', async () => {
    send('a');
    send('b');
    await transactions.addOffsets(offsets, GROUP);
    await transactions.commit();
    expect(transactions.isOpen).toBe(false);
    send('c');
    expect(transactions.isOpen).toBe(true);
    expect(script.calls).toEqual([
      ...['init', 'begin', 'send a', 'send b', 'offsets 7 of 3', 'commit', 'begin', 'send c'],
    ]);
  });

  it('begins one for offsets alone', async () => {
    await transactions.addOffsets(offsets, GROUP);
    await transactions.commit();
    expect(script.calls).toEqual(['init', 'begin', 'offsets 7 of 3', 'commit']);
  });

  it('adds no offsets of a member that is in no generation: a coordinator would take them', async () => {
    send('a');
    const error = await failureOf(transactions.addOffsets(offsets, { ...GROUP, generationId: -1 }));
    expect(error).toMatchObject({ recovery: 'rejoin' });
    expect(script.calls).toEqual(['init', 'begin', 'send a']);
  });

  it('goes on with its producer after an abort', async () => {
    send('a');
    script.fail('commit', abortable);
    const failure = await failureOf(transactions.commit());
    if (!(failure instanceof TransactionFailure)) throw new Error('not told');
    await transactions.abort(failure);
    send('b');
    expect(script.calls).toEqual(['init', 'begin', 'send a', 'commit', 'abort', 'begin', 'send b']);
  });

  it.each([
    ['is fenced', fenced, 'rejoin'],
    ['does not know how its transaction has ended', unknownEnd, 'replay'],
  ])('has another producer where the first %s', async (_what, error, recovery) => {
    send('a');
    script.fail('commit', error);
    const failure = await failureOf(transactions.commit());
    if (!(failure instanceof TransactionFailure)) throw new Error('not told');
    expect(failure.recovery).toBe(recovery);
    await transactions.abort(failure);
    send('b');
    expect(script.calls).toEqual([
      ...['init', 'begin', 'send a', 'commit', 'close', 'init (2)', 'begin (2)', 'send b (2)'],
    ]);
  });

  it('has another producer where the first cannot abort', async () => {
    send('a');
    script.fail('abort', fenced);
    await transactions.abort(new TransactionFailure('replay', abortable));
    expect(script.calls).toEqual(['init', 'begin', 'send a', 'abort', 'close', 'init (2)']);
  });

  it('may abort once more where that fails', async () => {
    send('a');
    script.fail('abort', fenced);
    script.fail('init', late);
    expect(await failureOf(transactions.abort(new TransactionFailure('replay', abortable)))).toBe(late);
    await transactions.abort(new TransactionFailure('replay', late));
    send('b');
    expect(script.calls.slice(-3)).toEqual(['init (3)', 'begin (3)', 'send b (3)']);
  });

  it('tells that it was fenced, before it has another producer, and of nothing else', async () => {
    send('a');
    await transactions.abort(new TransactionFailure('replay', unknownEnd));
    send('b');
    await transactions.abort(new TransactionFailure('replay', abortable));
    expect(fences).toBe(0);
    send('c');
    await transactions.abort(new TransactionFailure('rejoin', fenced));
    expect(fences).toBe(1);
    send('d');
    script.fail('abort', fenced);
    await transactions.abort(new TransactionFailure('replay', abortable));
    expect(fences).toBe(2);
  });

  it('tells a record that it cannot be sent, as it tells of one that was refused', () => {
    script.fail('send', abortable);
    send('a');
    expect(told).toEqual([abortable]);
  });

  describe('whose records fail', () => {
    let asked: unknown[];
    let answer: 'fail' | 'continue';
    let dropped: number;
    let output: OutputProducer;
    let source: ResultSource;

    beforeEach(() => {
      source = new ResultSource({ taskId: '0_0', nodeName: 'sink', current: new CurrentRecord() });
      asked = [];
      dropped = 0;
      answer = 'continue';
      output = new OutputProducer({
        producer: transactions,
        handlers: failureHandlers({
          production: (error) => {
            asked.push(error);
            return answer;
          },
        }),
        keepsInputs: false,
        onDropped: () => dropped++,
        onFailed: () => undefined,
      });
    });

    const log = (): void => {
      const record = { key: Buffer.from('k'), value: null, timestamp: 0, headers: [] };
      output.log(
        { topic: 'changelog', partition: 0 },
        record,
        output.logging(() => undefined),
      );
    };
    const produce = (): void => {
      const record = { topic: 'out', partition: 0, key: null, value: 'v', timestamp: 0, headers: [] };
      output.send(record, source);
    };

    it('asks no handler about a transaction that has failed', async () => {
      for (const write of [log, produce]) {
        write();
        script.fail('delivery', abortable);
        expect(await failureOf(output.flush())).toMatchObject({ recovery: 'replay' });
      }
      expect(asked).toEqual([]);
    });

    it('leaves out what is refused for itself where the handler says so, and is not committed after any other answer', async () => {
      produce();
      script.fail('delivery', tooLarge);
      expect(await failureOf(output.flush())).toBeUndefined();
      expect(asked).toEqual([tooLarge]);
      expect(dropped).toBe(1);
      answer = 'fail';
      produce();
      script.fail('delivery', tooLarge);
      for (let time = 0; time < 2; time++)
        expect(await failureOf(output.flush())).toMatchObject({ kind: 'production', cause: tooLarge });
      expect(dropped).toBe(1);
    });

    it('asks the handler about any other record, which cannot be left out whatever it says', async () => {
      produce();
      script.fail('delivery', unauthorized);
      const failure = await failureOf(output.flush());
      expect(asked).toEqual([unauthorized]);
      expect(failure).toBeInstanceOf(StreamsFailure);
      expect(failure).toMatchObject({
        message: expect.stringContaining('left out of its transaction') as string,
      });
      expect(dropped).toBe(0);
    });

    it('forgets what fails with it, once it was aborted', async () => {
      log();
      log();
      await output.discard(() => transactions.abort(new TransactionFailure('replay', abortable)));
      expect(() => output.throwFailure()).not.toThrow();
      log();
      expect(await failureOf(output.flush())).toBeUndefined();
    });
  });
});
