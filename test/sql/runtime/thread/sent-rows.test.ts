import { describe, expect, it } from 'vitest';
import { Decimal } from '../../../../src/serde/model/decimal.ts';
import type { SqlValue } from '../../../../src/serde/model/sql-value.ts';
import { receivedRow, sentRow } from '../../../../src/sql/runtime/thread/sent-rows.ts';

const pooled = Buffer.from('in a pool of many kilobytes');

const VALUES: Readonly<Record<string, readonly SqlValue[]>> = {
  NULL: [null],
  BOOLEAN: [true, false],
  INTEGER: [0, -1, 2 ** 31 - 1],
  BIGINT: [1, 2n ** 63n - 1n, -(2n ** 63n)],
  DOUBLE: [1.5, Number.NaN, Number.NEGATIVE_INFINITY, -0],
  DECIMAL: [new Decimal(-1250n, 2), new Decimal(10n ** 37n, 0), new Decimal(0n, 38)],
  STRING: ['', 'größer 🎉', '\ud800'],
  BYTES: [Buffer.alloc(0), pooled],
  'DATE, TIME, TIMESTAMP': [0, 86_399_999, -1],
  ARRAY: [[], [1, null, 3], [[pooled], [new Decimal(1n, 0)]]],
  MAP: [
    new Map(),
    new Map<SqlValue, SqlValue>([
      ['a', new Decimal(1n, 1)],
      ['b', null],
      ['c', [pooled, new Map([['d', 2n ** 62n]])]],
    ]),
  ],
  STRUCT: [['name', 1, null, [pooled, new Decimal(7n, 3)]]],
};

/** As a message port copies it. */
const cloned = <T>(value: T): T => structuredClone(value);

describe('values of every type come over from a thread as they are', () => {
  it.each(Object.entries(VALUES))('%s', (_type, values) => {
    const received = receivedRow(cloned(sentRow(values)));
    expect(received).toEqual(values);
    expect(received.map(classOf)).toEqual(values.map(classOf));
    if (values.some((value) => Object.is(value, -0))) expect(received).toContainEqual(-0);
  });
});

function classOf(value: SqlValue): unknown {
  if (typeof value !== 'object' || value === null) return typeof value;
  if (Buffer.isBuffer(value)) return 'Buffer';
  if (value instanceof Decimal) return 'Decimal';
  if (Array.isArray(value)) return value.map(classOf);
  if (value instanceof Map) return [...value].map(([key, item]) => [classOf(key), classOf(item)]);
  return undefined;
}

it('brings of bytes only those of the row, and not the memory that they lie in', () => {
  const part = Buffer.alloc(1_000_000).subarray(500, 600);
  const copy = cloned(sentRow([part]));
  expect((copy[0] as Uint8Array).buffer.byteLength).toBe(100);
  expect(receivedRow(copy)).toEqual([part]);
});
