import { describe, expect, it } from 'vitest';
import { type PrimitiveKind, primitiveTypes } from '../../../src/serde/model/sql-type.ts';
import type { Row, SqlValue } from '../../../src/serde/model/sql-value.ts';
import { keyLayout } from '../../../src/sql/lowering/row-serdes.ts';
import { keyRanges } from '../../../src/sql/runtime/key-ranges.ts';
import { compareValues } from '../../../src/sql/values/compare.ts';

const numbers = [
  -1e9, -1000, -101, -100, -99, -10, -9, -2, -1, 0, 1, 2, 9, 10, 11, 99, 100, 105, 1000, 1_000_000,
];
const longs: readonly SqlValue[] = [
  -9223372036854775808n,
  -9007199254740993n,
  ...numbers,
  2 ** 40,
  9223372036854775807n,
];
const texts = [
  ...[
    '',
    ' ',
    '!',
    '"',
    '#',
    '0',
    '9',
    'A',
    'AB',
    'A B',
    'A"',
    'A\\',
    'A\n',
    'Z',
    '[',
    '\\',
    ']',
    'a',
    'ab',
    'a!',
    'a b',
  ],
  ...[
    'a"b',
    'a\\b',
    'a\u0001',
    'abc',
    'az',
    'zebra',
    '~',
    '\u007f',
    'é',
    'ÿ',
    'ż',
    '\uD7FF',
    '\uE000',
    '\uFFFD',
    '😀',
    'a😀',
    'a\uFFFD',
  ],
];
const bytes = ['', '00', '0000', '01', '7f', '80', '80ff', 'ff', 'ffff'].map((hex) =>
  Buffer.from(hex, 'hex'),
);
const doubles = [
  Number.NEGATIVE_INFINITY,
  -1e300,
  -2.5,
  -1,
  -1e-9,
  -0,
  0,
  1e-9,
  1,
  2.5,
  1e300,
  Number.POSITIVE_INFINITY,
];

const cases: readonly (readonly [string, PrimitiveKind, readonly SqlValue[]])[] = [
  ['KAFKA', 'INTEGER', numbers],
  ['KAFKA', 'BIGINT', longs],
  ['KAFKA', 'DOUBLE', doubles],
  ['KAFKA', 'STRING', texts],
  ['KAFKA', 'BYTES', bytes],
  ['JSON', 'INTEGER', numbers],
  ['JSON', 'BIGINT', longs],
  ['JSON', 'STRING', texts],
  ['DELIMITED', 'INTEGER', numbers],
  ['DELIMITED', 'BIGINT', longs],
];

function layoutOf(format: string, kinds: readonly PrimitiveKind[]) {
  const columns = kinds.map((kind, at) => ({ name: `K${at}`, type: kind }));
  const features = kinds.length === 1 ? (['UNWRAP_SINGLES'] as const) : [];
  const layout = keyLayout({ format, properties: {}, features }, columns);
  if (layout === undefined) throw new Error(`${format} has no layout`);
  return layout;
}

/** Whether the bytes of a key lie in one of some ranges. */
function isRead(ranges: NonNullable<ReturnType<typeof keyRanges>>, key: Buffer): boolean {
  return ranges.some(({ from, to }) => key.compare(from) >= 0 && (to === undefined || key.compare(to) < 0));
}

const within = (value: SqlValue, from: SqlValue, to: SqlValue): boolean =>
  (from === null || compareValues(value, from) >= 0) && (to === null || compareValues(value, to) <= 0);

describe.each(cases)('%s keys of %s', (format, kind, values) => {
  const layout = layoutOf(format, [kind]);
  const bytesOf = (value: SqlValue): Buffer => layout.serialize([value]) ?? Buffer.alloc(0);

  it('are all read that are within any bounds, from ranges in order and apart', () => {
    let outside = 0;
    let left = 0;
    for (const from of [null, ...values]) {
      for (const to of [null, ...values]) {
        const ranges = keyRanges(layout, [{ from: [from], to: [to] }]);
        if (ranges === undefined) throw new Error(`no ranges of ${format} and ${kind}`);
        for (const [at, range] of ranges.slice(1).entries()) {
          expect(ranges[at]?.to?.compare(range.from) ?? 1).toBeLessThan(0);
        }
        for (const value of values) {
          const read = isRead(ranges, bytesOf(value));
          if (within(value, from, to)) expect([value, from, to, read]).toEqual([value, from, to, true]);
          else {
            outside += 1;
            if (!read) left += 1;
          }
        }
      }
    }
    // Else whole tables would be read.
    expect(left / outside).toBeGreaterThan(format === 'KAFKA' ? 0.85 : 0.6);
  });
});

it('several bounds are read as one list of ranges', () => {
  const layout = layoutOf('KAFKA', ['INTEGER']);
  const bounds = [
    [5, 9],
    [-3, 2],
    [8, 12],
  ].map(([from, to]) => ({ from: [from ?? null], to: [to ?? null] }));
  const ranges = keyRanges(layout, bounds) ?? [];
  expect(ranges).toHaveLength(3);
  const read = Array.from({ length: 40 }, (_, at) => at - 20).filter((key) =>
    isRead(ranges, layout.serialize([key]) ?? Buffer.alloc(0)),
  );
  expect(read).toEqual([-3, -2, -1, 0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12]);
});

it.each(['JSON', 'DELIMITED'])('%s keys of several columns are read by the first of them', (format) => {
  const layout = layoutOf(format, ['INTEGER', 'STRING', 'DOUBLE']);
  const keys: readonly Row[] = [
    [1, 'a', 1],
    [1, 'a', null],
    [1, 'ab', 2],
    [1, '', 2],
    [1, null, 2],
    [12, 'a', 1],
    [2, 'a', 1],
  ];
  const read = (from: Row, to: Row): readonly Row[] => {
    const ranges = keyRanges(layout, [{ from, to }]);
    if (ranges === undefined) throw new Error('no ranges');
    return keys.filter((key) => isRead(ranges, layout.serialize(key) ?? Buffer.alloc(0)));
  };
  expect(read([1, null, null], [1, null, null])).toEqual(keys.slice(0, 5));
  expect(read([1, 'a', null], [1, 'a', null])).toEqual(keys.slice(0, 2));
  expect(keyRanges(layout, [{ from: [1, null, null], to: [2, null, null] }])).toBeUndefined();
});

it.each<readonly [string, PrimitiveKind]>([
  ['JSON', 'DOUBLE'],
  ['JSON', 'BYTES'],
  ['DELIMITED', 'STRING'],
  ['PROTOBUF_NOSR', 'INTEGER'],
])('bytes of %s keys of %s do not tell', (format, kind) => {
  expect(primitiveTypes[kind]).toBeDefined();
  expect(keyRanges(layoutOf(format, [kind]), [{ from: [null], to: [null] }])).toBeUndefined();
});
