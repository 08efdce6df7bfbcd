import { describe, expect, it } from 'vitest';
import { newTransaction } from '../../../../broker/coordinators/transaction/init-producer-id.ts';
import {
  parseTransactionRecord,
  transactionRecord,
  transactionTombstone,
} from '../../../../broker/coordinators/transaction/transaction-records.ts';
import { topicsOf } from '../../../../broker/coordinators/transaction/topics.ts';
import { ProtocolError } from '../../../../src/base/protocol-error.ts';

const metadata = {
  ...newTransaction('payments', { producerId: 4_001, timeoutMs: 60_000, nowMs: 1_700_000_000_000 }),
  producerEpoch: 3,
  state: 'PrepareCommit' as const,
  previousProducerId: 4_000,
  nextProducerId: 4_002,
  topics: topicsOf([
    { name: 'orders', partitions: [0, 2] },
    { name: '__consumer_offsets', partitions: [7] },
  ]),
  startTimestampMs: 1_699_999_999_000,
  clientTransactionVersion: 2,
};

function parsed(version: number): unknown {
  const { key, value } = transactionRecord(metadata, version);
  return parseTransactionRecord(key, value);
}

describe('records of __transaction_state', () => {
  it('say all that there is to know from transaction.version 1 on', () => {
    expect(parsed(1)).toEqual({ transactionalId: 'payments', metadata });
    expect(parsed(2)).toEqual({ transactionalId: 'payments', metadata });
  });

  it('lack in version 0 what earlier brokers cannot read', () => {
    const known = { ...metadata, previousProducerId: -1, nextProducerId: -1, clientTransactionVersion: 0 };
    expect(parsed(0)).toEqual({ transactionalId: 'payments', metadata: known });
  });

  it('have the bytes of Kafka', () => {
    const { key, value } = transactionRecord({ ...metadata, state: 'Empty' }, 0);
    expect(key.toString('hex')).toBe('000000087061796d656e7473');
    // Version, producer id, epoch, timeout, state, no partitions, last update, start.
    expect(value?.toString('hex')).toBe(
      [
        '0000',
        '0000000000000fa1',
        '0003',
        '0000ea60',
        '00',
        'ffffffff',
        '0000018bcfe56800',
        '0000018bcfe56418',
      ].join(''),
    );
  });

  it('remove an id', () => {
    const { key, value } = transactionTombstone('payments');
    expect(parseTransactionRecord(key, value)).toEqual({ transactionalId: 'payments', metadata: null });
  });

  it('are passed over where they are of another kind, and refused where they say nothing', () => {
    expect(parseTransactionRecord(Buffer.from('0001', 'hex'), null)).toBeUndefined();
    const { key, value } = transactionRecord(metadata, 0);
    for (const state of [6, 7, 8, -1]) {
      const wrong = Buffer.from(value ?? []);
      wrong.writeInt8(state, 16);
      expect(() => parseTransactionRecord(key, wrong)).toThrow(ProtocolError);
    }
    expect(() => parseTransactionRecord(key, Buffer.from('0002', 'hex'))).toThrow(ProtocolError);
    expect(() => parseTransactionRecord(key, value?.subarray(0, 20) ?? null)).toThrow(ProtocolError);
  });
});
