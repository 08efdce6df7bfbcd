import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { int64 } from '../../../src/serde/model/int64.ts';
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
const bytes = [
  ...['', '00', '0000', '01', '0103', '2a', '30ff', '48656c6c6f', '48656c6c6f20776f726c64', '7f', '80'],
  ...['80ff', 'c3', 'f8', 'fb', 'fbef', 'ff', 'ffff'],
].map((hex) => Buffer.from(hex, 'hex'));
const doubles = [
  Number.NEGATIVE_INFINITY,
  -1e300,
  -1e7,
  -9_999_999,
  -1234.5,
  -2.5,
  -1,
  -0.5,
  -1e-3,
  -9e-4,
  -1e-9,
  -0,
  0,
  1e-9,
  9e-4,
  1e-3,
  0.25,
  0.5,
  1,
  2.5,
  10.75,
  99.5,
  100,
  12_345.678,
  9_999_999.5,
  1e7,
  2.5e9,
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
  ['JSON', 'DATE', numbers],
  ['JSON', 'TIMESTAMP', [...numbers, 2 ** 40, -(2 ** 50)]],
  ['JSON', 'DOUBLE', doubles],
  ['JSON', 'BYTES', bytes],
  ['DELIMITED', 'INTEGER', numbers],
  ['DELIMITED', 'BIGINT', longs],
  ['DELIMITED', 'TIME', numbers.filter((value) => value >= 0)],
  ['DELIMITED', 'DOUBLE', doubles],
  ['DELIMITED', 'BYTES', bytes],
  ['DELIMITED', 'STRING', texts],
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

/** Values that are often near one another, and bounds of them. */
const RANDOM: Readonly<Partial<Record<PrimitiveKind, fc.Arbitrary<SqlValue>>>> = {
  INTEGER: fc.oneof(fc.integer({ min: -2147483648, max: 2147483647 }), fc.integer({ min: -120, max: 120 })),
  BIGINT: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int64),
  DATE: fc.integer({ min: -800_000, max: 800_000 }),
  TIME: fc.integer({ min: 0, max: 86_399_999 }),
  TIMESTAMP: fc.maxSafeInteger(),
  DOUBLE: fc.oneof(
    fc.double({ noNaN: true }),
    fc.double({ noNaN: true, min: -1e8, max: 1e8 }),
    fc.double({ noNaN: true, min: -0.01, max: 0.01 }),
    fc.integer({ min: -1200, max: 1200 }).map((value) => value / 8),
  ),
  STRING: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', 'A', '0', ' ', '"', ',', '\\'), maxLength: 4 }),
  ),
  BYTES: fc
    .oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc
        .array(fc.constantFrom(0, 1, 62, 128, 248, 251, 255), { maxLength: 5 })
        .map((each) => Uint8Array.from(each)),
    )
    .map((value) => Buffer.from(value)),
};

it.each(cases)('%s keys of %s are read as a filter finds them', (format, kind) => {
  const arbitrary = RANDOM[kind] ?? fc.constant(null);
  const layout = layoutOf(format, [kind]);
  const property = fc.property(
    fc.array(arbitrary, { minLength: 1, maxLength: 20 }),
    fc.option(arbitrary),
    fc.option(arbitrary),
    (values, from, to) => {
      const ranges = keyRanges(layout, [{ from: [from], to: [to] }]);
      const missed = values.filter(
        (value) =>
          within(value, from, to) &&
          ranges !== undefined &&
          !isRead(ranges, layout.serialize([value]) ?? Buffer.alloc(0)),
      );
      expect(ranges).toBeDefined();
      expect(missed).toEqual([]);
    },
  );
  fc.assert(property, { numRuns: 400 });
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
  ['JSON', 'BOOLEAN'],
  ['DELIMITED', 'BOOLEAN'],
  ['PROTOBUF_NOSR', 'INTEGER'],
])('bytes of %s keys of %s do not tell', (format, kind) => {
  expect(primitiveTypes[kind]).toBeDefined();
  expect(keyRanges(layoutOf(format, [kind]), [{ from: [null], to: [null] }])).toBeUndefined();
});
