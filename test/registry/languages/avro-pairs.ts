import type { CompatibilityPair } from './language-cases.ts';

/**
 * Pairs of Avro schemas by the rules of "Schema Resolution" in Avro's specification. The verdicts of each rule were written
 * by hand; what surrounds the pair, and with it the path, is put together.
 */

interface Verdict {
  readonly rule: string;
  readonly reader: unknown;
  readonly writer: unknown;
  /** `RULE path`, the path from the pair itself; without one from its root. */
  readonly differences?: readonly string[];
}

/** What a type may stand in: the schema, and the path to it. */
const SURROUNDINGS: readonly (readonly [path: string, around: (type: unknown) => unknown])[] = [
  ['', (type) => type],
  ['/items', (items) => ({ type: 'array', items })],
  ['/values', (values) => ({ type: 'map', values })],
  ['/fields/0/type', (type) => ({ type: 'record', name: 'Around', fields: [{ name: 'inner', type }] })],
];

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'];

/** By reader, what it reads: the table of promotions in the specification. */
const READS: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'int',
  long: 'int long',
  float: 'int long float',
  double: 'int long float double',
  bytes: 'bytes string',
  string: 'bytes string',
};

const enumOf = (symbols: string, more: object = {}): object => ({
  type: 'enum',
  name: 'Suit',
  symbols: symbols.split(' '),
  ...more,
});
const fixed = (size: number, more: object = {}): object => ({ type: 'fixed', name: 'Hash', size, ...more });
const record = (fields: readonly object[], more: object = {}): object => ({
  type: 'record',
  name: 'Order',
  fields,
  ...more,
});
const field = (name: string, type: unknown, more: object = {}): object => ({ name, type, ...more });

const promotions: Verdict[] = PRIMITIVES.flatMap((reader) =>
  PRIMITIVES.map((writer) => ({
    rule: `a ${reader} reads a ${writer}`,
    reader,
    writer,
    differences: READS[reader]?.split(' ').includes(writer) === true ? [] : ['TYPE_MISMATCH'],
  })),
);

/** A primitive and a complex type, or two complex ones of different kinds, never match. */
const kinds: Verdict[] = (() => {
  const complex: [string, unknown][] = [
    ['array', { type: 'array', items: 'int' }],
    ['map', { type: 'map', values: 'int' }],
    ['enum', enumOf('A')],
    ['fixed', fixed(4)],
    ['record', record([])],
  ];
  const primitives = PRIMITIVES.map((name): [string, unknown] => [name, name]);
  const between = (left: typeof complex, right: typeof complex): Verdict[] =>
    left.flatMap(([reader, readerType]) =>
      right.map(([writer, writerType]) => ({
        rule: `${reader} and ${writer} are not one kind`,
        reader: readerType,
        writer: writerType,
        differences: reader === writer ? [] : ['TYPE_MISMATCH'],
      })),
    );
  return [...between(complex, primitives), ...between(primitives, complex), ...between(complex, complex)];
})();

const enums: Verdict[] = [
  { rule: 'the same symbols', reader: enumOf('A B'), writer: enumOf('A B') },
  { rule: 'symbols in another order', reader: enumOf('B A'), writer: enumOf('A B') },
  { rule: 'more symbols to read', reader: enumOf('A B C'), writer: enumOf('A B') },
  {
    rule: 'fewer symbols to read',
    reader: enumOf('A'),
    writer: enumOf('A B'),
    differences: ['MISSING_ENUM_SYMBOLS /symbols'],
  },
  {
    rule: 'no symbol in common',
    reader: enumOf('C'),
    writer: enumOf('A B'),
    differences: ['MISSING_ENUM_SYMBOLS /symbols'],
  },
  { rule: 'fewer symbols and a default', reader: enumOf('A', { default: 'A' }), writer: enumOf('A B') },
  {
    rule: 'fewer symbols, and a default of the writer only',
    reader: enumOf('A'),
    writer: enumOf('A B', { default: 'B' }),
    differences: ['MISSING_ENUM_SYMBOLS /symbols'],
  },
  {
    rule: 'another namespace',
    reader: enumOf('A', { namespace: 'x' }),
    writer: enumOf('A', { namespace: 'y' }),
  },
  {
    rule: 'another name',
    reader: enumOf('A', { name: 'Colour' }),
    writer: enumOf('A'),
    differences: ['NAME_MISMATCH /name'],
  },
  {
    rule: 'another name and fewer symbols',
    reader: enumOf('A', { name: 'Colour' }),
    writer: enumOf('A B'),
    differences: ['MISSING_ENUM_SYMBOLS /symbols', 'NAME_MISMATCH /name'],
  },
  {
    rule: 'another name with an alias',
    reader: enumOf('A', { name: 'Colour', aliases: ['Suit'] }),
    writer: enumOf('A'),
  },
];

const fixeds: Verdict[] = [
  { rule: 'the same size', reader: fixed(16), writer: fixed(16) },
  { rule: 'a larger size', reader: fixed(17), writer: fixed(16), differences: ['FIXED_SIZE_MISMATCH /size'] },
  {
    rule: 'a smaller size',
    reader: fixed(15),
    writer: fixed(16),
    differences: ['FIXED_SIZE_MISMATCH /size'],
  },
  {
    rule: 'another name and size',
    reader: fixed(1, { name: 'Md5' }),
    writer: fixed(2),
    differences: ['FIXED_SIZE_MISMATCH /size', 'NAME_MISMATCH /name'],
  },
  {
    rule: 'a full name that is the alias',
    reader: fixed(2, { name: 'Md5', namespace: 'a', aliases: ['b.Hash'] }),
    writer: fixed(2, { namespace: 'b' }),
  },
  {
    rule: 'an alias in the namespace of the reader, not of the writer',
    reader: fixed(2, { name: 'Md5', namespace: 'a', aliases: ['Hash'] }),
    writer: fixed(2, { namespace: 'b' }),
    differences: ['NAME_MISMATCH /name'],
  },
];

const records: Verdict[] = [
  { rule: 'no fields at all', reader: record([]), writer: record([]) },
  { rule: 'a field that is read no more', reader: record([]), writer: record([field('a', 'int')]) },
  {
    rule: 'a new field without a default',
    reader: record([field('a', 'int')]),
    writer: record([]),
    differences: ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/0'],
  },
  {
    rule: 'a new field with a default',
    reader: record([field('a', 'int', { default: 1 })]),
    writer: record([]),
  },
  {
    rule: 'a new field with the default null',
    reader: record([field('a', ['null', 'int'], { default: null })]),
    writer: record([]),
  },
  {
    rule: 'a new field that may be null, without a default',
    reader: record([field('a', ['null', 'int'])]),
    writer: record([]),
    differences: ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/0'],
  },
  {
    rule: 'fields in another order',
    reader: record([field('b', 'string'), field('a', 'int')]),
    writer: record([field('a', 'int'), field('b', 'string')]),
  },
  {
    rule: 'a field of another type',
    reader: record([field('x', 'int'), field('a', 'int')]),
    writer: record([field('a', 'string'), field('x', 'int')]),
    differences: ['TYPE_MISMATCH /fields/1/type'],
  },
  {
    rule: 'a renamed field',
    reader: record([field('b', 'int')]),
    writer: record([field('a', 'int')]),
    differences: ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/0'],
  },
  {
    rule: 'a renamed field with an alias',
    reader: record([field('b', 'int', { aliases: ['a'] })]),
    writer: record([field('a', 'int')]),
  },
  {
    rule: 'a renamed field with an alias, of another type',
    reader: record([field('b', 'int', { aliases: ['a'] })]),
    writer: record([field('a', 'string')]),
    differences: ['TYPE_MISMATCH /fields/0/type'],
  },
  {
    rule: 'an alias of the writer means nothing',
    reader: record([field('a', 'int')]),
    writer: record([field('b', 'int', { aliases: ['a'] })]),
    differences: ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/0'],
  },
  {
    rule: 'a field that may be either of two',
    reader: record([field('b', 'int', { aliases: ['a'] })]),
    writer: record([field('a', 'int'), field('b', 'int')]),
    differences: ['UNEXPECTED !'],
  },
  {
    rule: 'another name',
    reader: record([], { name: 'Sale' }),
    writer: record([]),
    differences: ['NAME_MISMATCH /name'],
  },
  {
    rule: 'another namespace',
    reader: record([], { namespace: 'a' }),
    writer: record([], { namespace: 'b' }),
  },
  {
    rule: 'a record that holds itself',
    reader: record([field('next', ['null', 'Order'])]),
    writer: record([field('next', ['null', 'Order'])]),
  },
  {
    rule: 'a record that holds itself, with a field more',
    reader: record([field('next', ['null', 'Order']), field('a', 'int')]),
    writer: record([field('next', ['null', 'Order'])]),
    differences: ['READER_FIELD_MISSING_DEFAULT_VALUE /fields/1'],
  },
  {
    rule: 'docs, orders and other properties',
    reader: record([field('a', 'int', { doc: 'x', order: 'descending', unit: 'm' })], { doc: 'new' }),
    writer: record([field('a', 'int')]),
  },
  {
    rule: 'several differences',
    reader: record([field('a', 'int'), field('b', enumOf('A')), field('c', 'int')]),
    writer: record([field('a', 'string'), field('b', enumOf('B'))]),
    differences: [
      'TYPE_MISMATCH /fields/0/type',
      'MISSING_ENUM_SYMBOLS /fields/1/type/symbols',
      'READER_FIELD_MISSING_DEFAULT_VALUE /fields/2',
    ],
  },
];

const unions: Verdict[] = [
  { rule: 'the same branches', reader: ['int', 'string'], writer: ['int', 'string'] },
  { rule: 'branches in another order', reader: ['string', 'int'], writer: ['int', 'string'] },
  { rule: 'a branch more', reader: ['null', 'int'], writer: ['null'] },
  {
    rule: 'a branch fewer',
    reader: ['null'],
    writer: ['null', 'int'],
    differences: ['MISSING_UNION_BRANCH /1'],
  },
  { rule: 'a branch that is promoted', reader: ['null', 'long'], writer: ['null', 'int'] },
  {
    rule: 'a branch that is narrowed',
    reader: ['null', 'int'],
    writer: ['null', 'long'],
    differences: ['MISSING_UNION_BRANCH /1'],
  },
  {
    rule: 'none in common',
    reader: ['null'],
    writer: ['int', 'boolean'],
    differences: ['MISSING_UNION_BRANCH /0', 'MISSING_UNION_BRANCH /1'],
  },
  { rule: 'what was no union', reader: ['null', 'int'], writer: 'int' },
  { rule: 'what was no union, promoted', reader: ['null', 'double'], writer: 'int' },
  {
    rule: 'what was no union, of another type',
    reader: ['null', 'int'],
    writer: 'boolean',
    differences: ['MISSING_UNION_BRANCH'],
  },
  { rule: 'what is no union any more', reader: 'int', writer: ['int'] },
  {
    rule: 'what is no union any more, of another branch',
    reader: 'int',
    writer: ['null', 'int'],
    differences: ['TYPE_MISMATCH /0'],
  },
  { rule: 'what is no union any more, of promoted branches', reader: 'double', writer: ['int', 'float'] },
  { rule: 'an empty union is never written', reader: 'int', writer: [] },
  {
    rule: 'a record in a union, with a field more',
    reader: ['null', record([field('a', 'int')])],
    writer: ['null', record([])],
    differences: ['MISSING_UNION_BRANCH /1'],
  },
  {
    rule: 'arrays in unions',
    reader: ['null', { type: 'array', items: 'long' }],
    writer: ['null', { type: 'array', items: 'int' }],
  },
  {
    rule: 'arrays in unions, narrowed',
    reader: ['null', { type: 'array', items: 'int' }],
    writer: ['null', { type: 'array', items: 'long' }],
    differences: ['MISSING_UNION_BRANCH /1'],
  },
];

const logical: Verdict[] = [
  {
    rule: 'logical types do not count',
    reader: { type: 'long', logicalType: 'timestamp-millis' },
    writer: { type: 'int', logicalType: 'date' },
  },
  {
    rule: 'the type under a logical one does',
    reader: { type: 'int', logicalType: 'date' },
    writer: { type: 'long', logicalType: 'timestamp-millis' },
    differences: ['TYPE_MISMATCH'],
  },
  {
    rule: 'decimals of other precisions',
    reader: { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 },
    writer: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 0 },
  },
];

/** All pairs, each rule in all surroundings. */
export const AVRO_PAIRS: readonly CompatibilityPair[] = [
  ...promotions,
  ...kinds,
  ...enums,
  ...fixeds,
  ...records,
  ...unions,
  ...logical,
].flatMap(({ rule, reader, writer, differences = [] }) =>
  SURROUNDINGS.map(([path, around]) => ({
    rule: path === '' ? rule : `${rule}, at ${path}`,
    reader: JSON.stringify(around(reader)),
    writer: JSON.stringify(around(writer)),
    differences: differences
      .map((difference) => {
        const [type = '', inner = ''] = difference.split(' ');
        // Where the comparison gives up there is no place.
        if (inner === '!') return `${type} /`;
        return `${type} ${path}${inner}` === `${type} ` ? `${type} /` : `${type} ${path}${inner}`;
      })
      .sort(),
  })),
);
