import type { CompatibilityPair } from './language-cases.ts';

/**
 * Pairs of JSON schemas by what each keyword means in the drafts: a reader goes with a writer where it lets through what the
 * writer's schema lets through, as far as Confluent's registry compares keywords. The verdicts were written by hand; what is
 * around a pair, and with it the path, is put together.
 */

interface Verdict {
  readonly rule: string;
  readonly reader: unknown;
  readonly writer: unknown;
  /** `RULE path`, the path from the pair itself. */
  readonly differences?: readonly string[];
}

const SURROUNDINGS: readonly (readonly [path: string, around: (schema: unknown) => unknown])[] = [
  ['', (schema) => schema],
  ['properties/p', (p) => ({ type: 'object', properties: { p } })],
  ['items', (items) => ({ type: 'array', items })],
  ['additionalProperties', (additionalProperties) => ({ type: 'object', additionalProperties })],
];

const TYPES = ['string', 'number', 'integer', 'boolean', 'null', 'object', 'array'];

const types: Verdict[] = TYPES.flatMap((reader) =>
  TYPES.map((writer) => ({
    rule: `${writer} is read as ${reader}`,
    reader: { type: reader },
    writer: { type: writer },
    differences:
      reader === writer || (reader === 'number' && writer === 'integer')
        ? []
        : [reader === 'integer' && writer === 'number' ? 'TYPE_NARROWED' : 'TYPE_CHANGED'],
  })),
);

const anything: Verdict[] = [
  ...TYPES.flatMap((type): Verdict[] => [
    { rule: `${type} is read as anything`, reader: {}, writer: { type } },
    { rule: `anything is read as ${type}`, reader: { type }, writer: {}, differences: ['TYPE_CHANGED'] },
    { rule: `nothing is read as ${type}`, reader: { type }, writer: false },
    { rule: `${type} is read as nothing`, reader: false, writer: { type }, differences: ['TYPE_CHANGED'] },
  ]),
  {
    rule: 'titles and descriptions',
    reader: { type: 'string', title: 'a', description: 'b' },
    writer: { type: 'string' },
  },
  {
    rule: 'another default',
    reader: { type: 'string', default: 'a' },
    writer: { type: 'string', default: 'b' },
  },
];

/** A keyword that lets less through the lower it is (`max…`), or the higher (`min…`). */
const limits: Verdict[] = (
  [
    ['string', 'maxLength', 'MAX_LENGTH', 'less'],
    ['string', 'minLength', 'MIN_LENGTH', 'more'],
    ['number', 'maximum', 'MAXIMUM', 'less'],
    ['number', 'minimum', 'MINIMUM', 'more'],
    ['number', 'exclusiveMaximum', 'EXCLUSIVE_MAXIMUM', 'less'],
    ['number', 'exclusiveMinimum', 'EXCLUSIVE_MINIMUM', 'more'],
    ['object', 'maxProperties', 'MAX_PROPERTIES', 'less'],
    ['object', 'minProperties', 'MIN_PROPERTIES', 'more'],
    ['array', 'maxItems', 'MAX_ITEMS', 'less'],
    ['array', 'minItems', 'MIN_ITEMS', 'more'],
  ] as const
).flatMap(([type, keyword, name, tightening]): Verdict[] => {
  const of = (limit?: number): unknown => (limit === undefined ? { type } : { type, [keyword]: limit });
  const lower = tightening === 'less' ? [`${name}_DECREASED ${keyword}`] : [];
  const higher = tightening === 'more' ? [`${name}_INCREASED ${keyword}`] : [];
  return [
    { rule: `the same ${keyword}`, reader: of(5), writer: of(5) },
    { rule: `a lower ${keyword}`, reader: of(4), writer: of(5), differences: lower },
    { rule: `a higher ${keyword}`, reader: of(6), writer: of(5), differences: higher },
    { rule: `${keyword} is new`, reader: of(5), writer: of(), differences: [`${name}_ADDED ${keyword}`] },
    { rule: `no ${keyword} any more`, reader: of(), writer: of(5) },
  ];
});

const number = (more: object): object => ({ type: 'number', ...more });
const text = (more: object): object => ({ type: 'string', ...more });

const values: Verdict[] = [
  { rule: 'the same multiples', reader: number({ multipleOf: 3 }), writer: number({ multipleOf: 3.0 }) },
  { rule: 'multiples of a divisor', reader: number({ multipleOf: 3 }), writer: number({ multipleOf: 6 }) },
  {
    rule: 'multiples of a multiple',
    reader: number({ multipleOf: 6 }),
    writer: number({ multipleOf: 3 }),
    differences: ['MULTIPLE_OF_EXPANDED multipleOf'],
  },
  {
    rule: 'other multiples',
    reader: number({ multipleOf: 4 }),
    writer: number({ multipleOf: 6 }),
    differences: ['MULTIPLE_OF_CHANGED multipleOf'],
  },
  {
    rule: 'multiples are new',
    reader: number({ multipleOf: 4 }),
    writer: number({}),
    differences: ['MULTIPLE_OF_ADDED multipleOf'],
  },
  { rule: 'no multiples any more', reader: number({}), writer: number({ multipleOf: 4 }) },
  {
    rule: 'multiples of a fraction',
    reader: number({ multipleOf: 0.01 }),
    writer: number({ multipleOf: 0.1 }),
  },
  {
    rule: 'multiples of a larger fraction',
    reader: number({ multipleOf: 0.1 }),
    writer: number({ multipleOf: 0.01 }),
    differences: ['MULTIPLE_OF_EXPANDED multipleOf'],
  },
  { rule: 'the same pattern', reader: text({ pattern: '^a' }), writer: text({ pattern: '^a' }) },
  {
    rule: 'another pattern',
    reader: text({ pattern: '^b' }),
    writer: text({ pattern: '^a' }),
    differences: ['PATTERN_CHANGED pattern'],
  },
  {
    rule: 'a pattern is new',
    reader: text({ pattern: '^b' }),
    writer: text({}),
    differences: ['PATTERN_ADDED pattern'],
  },
  { rule: 'no pattern any more', reader: text({}), writer: text({ pattern: '^b' }) },
  { rule: 'the same values', reader: { enum: ['a', 1] }, writer: { enum: [1, 'a'] } },
  { rule: 'a value more', reader: { enum: ['a', 'b'] }, writer: { enum: ['a'] } },
  {
    rule: 'a value fewer',
    reader: { enum: ['a'] },
    writer: { enum: ['a', 'b'] },
    differences: ['ENUM_ARRAY_NARROWED enum'],
  },
  {
    rule: 'other values',
    reader: { enum: ['a', 'c'] },
    writer: { enum: ['a', 'b'] },
    differences: ['ENUM_ARRAY_CHANGED enum'],
  },
  {
    rule: 'values that are objects',
    reader: { enum: [{ a: 1, b: [null] }] },
    writer: { enum: [{ b: [null], a: 1 }] },
  },
  { rule: 'the same constant', reader: { const: 1 }, writer: { const: 1 } },
  {
    rule: 'another constant',
    reader: { const: 2 },
    writer: { const: 1 },
    differences: ['ENUM_ARRAY_CHANGED const'],
  },
  { rule: 'less is excluded', reader: { not: { type: 'integer' } }, writer: { not: { type: 'number' } } },
  {
    rule: 'more is excluded',
    reader: { not: { type: 'number' } },
    writer: { not: { type: 'integer' } },
    differences: ['NOT_TYPE_EXTENDED not'],
  },
];

const object = (more: object): object => ({ type: 'object', ...more });
const closed = (more: object): object => object({ additionalProperties: false, ...more });
const string = { type: 'string' };
const integer = { type: 'integer' };

const objects: Verdict[] = [
  {
    rule: 'a property more, open',
    reader: object({ properties: { a: string } }),
    writer: object({}),
    differences: ['OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL properties/a'],
  },
  {
    rule: 'a property more of any kind, open',
    reader: object({ properties: { a: {} } }),
    writer: object({}),
  },
  {
    rule: 'a required property more, open',
    reader: object({ properties: { a: string }, required: ['a'] }),
    writer: object({}),
    differences: ['REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL properties/a'],
  },
  {
    rule: 'a required property with a default more, open',
    reader: object({ properties: { a: { ...string, default: '' } }, required: ['a'] }),
    writer: object({}),
    differences: ['REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL properties/a'],
  },
  { rule: 'a property fewer, open', reader: object({}), writer: object({ properties: { a: string } }) },
  { rule: 'a property more, closed', reader: closed({ properties: { a: string } }), writer: closed({}) },
  {
    rule: 'a required property more, closed',
    reader: closed({ properties: { a: string }, required: ['a'] }),
    writer: closed({}),
    differences: ['REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL properties/a'],
  },
  {
    rule: 'a required property with a default more, closed',
    reader: closed({ properties: { a: { ...string, default: '' } }, required: ['a'] }),
    writer: closed({}),
  },
  {
    rule: 'a property fewer, closed',
    reader: closed({}),
    writer: closed({ properties: { a: string } }),
    differences: ['PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL properties/a'],
  },
  {
    rule: 'a property fewer that could not be there, closed',
    reader: closed({}),
    writer: closed({ properties: { a: false } }),
  },
  {
    rule: 'a property more that was covered',
    reader: object({ properties: { a: string }, additionalProperties: string }),
    writer: object({ additionalProperties: string }),
  },
  {
    rule: 'a property more that was covered by another type',
    reader: object({ properties: { a: integer }, additionalProperties: string }),
    writer: object({ additionalProperties: string }),
    differences: [
      'TYPE_CHANGED properties/a',
      'PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL properties/a',
    ],
  },
  {
    rule: 'a property fewer that is covered',
    reader: object({ additionalProperties: string }),
    writer: object({ properties: { a: string }, additionalProperties: string }),
  },
  {
    rule: 'a property fewer that is covered by another type',
    reader: object({ additionalProperties: integer }),
    writer: object({ properties: { a: string }, additionalProperties: integer }),
    differences: [
      'TYPE_CHANGED properties/a',
      'PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL properties/a',
    ],
  },
  {
    rule: 'a property fewer that a pattern covers',
    reader: closed({ patternProperties: { '^a': string } }),
    writer: closed({ properties: { abc: string }, patternProperties: { '^a': string } }),
  },
  {
    rule: 'a property fewer that no pattern covers',
    reader: closed({ patternProperties: { '^b': string } }),
    writer: closed({ properties: { abc: string }, patternProperties: { '^b': string } }),
    differences: ['PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL properties/abc'],
  },
  {
    rule: 'a property is required now',
    reader: object({ properties: { a: string }, required: ['a'] }),
    writer: object({ properties: { a: string } }),
    differences: ['REQUIRED_ATTRIBUTE_ADDED required/a'],
  },
  {
    rule: 'a property with a default is required now',
    reader: object({ properties: { a: { ...string, default: '' } }, required: ['a'] }),
    writer: object({ properties: { a: string } }),
  },
  {
    rule: 'a property is not required any more',
    reader: object({ properties: { a: string } }),
    writer: object({ properties: { a: string }, required: ['a'] }),
  },
  {
    rule: 'a property of another type',
    reader: object({ properties: { a: integer } }),
    writer: object({ properties: { a: string } }),
    differences: ['TYPE_CHANGED properties/a'],
  },
  {
    rule: 'it is closed now',
    reader: closed({}),
    writer: object({}),
    differences: ['ADDITIONAL_PROPERTIES_REMOVED additionalProperties'],
  },
  { rule: 'it is open now', reader: object({}), writer: closed({}) },
  {
    rule: 'what is further is described now',
    reader: object({ additionalProperties: string }),
    writer: object({}),
    differences: ['ADDITIONAL_PROPERTIES_NARROWED additionalProperties'],
  },
  {
    rule: 'what is further is not described any more',
    reader: object({}),
    writer: object({ additionalProperties: string }),
  },
  {
    rule: 'what is further is described now, and was not there',
    reader: object({ additionalProperties: string }),
    writer: closed({}),
  },
  {
    rule: 'a dependency more',
    reader: object({ dependencies: { a: ['b'] } }),
    writer: object({}),
    differences: ['DEPENDENCY_ARRAY_ADDED dependencies/a'],
  },
  { rule: 'a dependency fewer', reader: object({}), writer: object({ dependencies: { a: ['b'] } }) },
  {
    rule: 'a dependency on more',
    reader: object({ dependencies: { a: ['b', 'c'] } }),
    writer: object({ dependencies: { a: ['b'] } }),
    differences: ['DEPENDENCY_ARRAY_EXTENDED dependencies/a'],
  },
  {
    rule: 'a dependency on fewer',
    reader: object({ dependencies: { a: ['b'] } }),
    writer: object({ dependencies: { a: ['b', 'c'] } }),
  },
  {
    rule: 'a dependency on others',
    reader: object({ dependencies: { a: ['c'] } }),
    writer: object({ dependencies: { a: ['b'] } }),
    differences: ['DEPENDENCY_ARRAY_CHANGED dependencies/a'],
  },
  {
    rule: 'a dependency by its newer name',
    reader: object({ dependentRequired: { a: ['b'] } }),
    writer: object({ dependencies: { a: ['b'] } }),
  },
  {
    rule: 'a schema that depends, more',
    reader: object({ dependencies: { a: object({}) } }),
    writer: object({}),
    differences: ['DEPENDENCY_SCHEMA_ADDED dependencies/a'],
  },
  {
    rule: 'a schema that depends, fewer',
    reader: object({}),
    writer: object({ dependencies: { a: object({}) } }),
  },
  {
    rule: 'a schema that depends, changed',
    reader: object({ dependencies: { a: string } }),
    writer: object({ dependencies: { a: integer } }),
    differences: ['TYPE_CHANGED dependencies/a'],
  },
];

const array = (more: object): object => ({ type: 'array', ...more });

const arrays: Verdict[] = [
  {
    rule: 'items of another type',
    reader: array({ items: integer }),
    writer: array({ items: string }),
    differences: ['TYPE_CHANGED items'],
  },
  {
    rule: 'items that are described now',
    reader: array({ items: integer }),
    writer: array({}),
    differences: ['SCHEMA_ADDED items'],
  },
  { rule: 'items that are not described any more', reader: array({}), writer: array({ items: integer }) },
  {
    rule: 'items are unique now',
    reader: array({ uniqueItems: true }),
    writer: array({}),
    differences: ['UNIQUE_ITEMS_ADDED uniqueItems'],
  },
  { rule: 'items are not unique any more', reader: array({}), writer: array({ uniqueItems: true }) },
  {
    rule: 'the first one of another type',
    reader: array({ items: [integer] }),
    writer: array({ items: [string] }),
    differences: ['TYPE_CHANGED items/0'],
  },
  {
    rule: 'one more by its place, open',
    reader: array({ items: [integer, integer] }),
    writer: array({ items: [integer] }),
    differences: ['ITEM_ADDED_TO_OPEN_CONTENT_MODEL items/1'],
  },
  {
    rule: 'one more of any kind by its place, open',
    reader: array({ items: [integer, {}] }),
    writer: array({ items: [integer] }),
  },
  {
    rule: 'one fewer by its place, open',
    reader: array({ items: [integer] }),
    writer: array({ items: [integer, integer] }),
  },
  {
    rule: 'one more by its place, closed',
    reader: array({ items: [integer, integer], additionalItems: false }),
    writer: array({ items: [integer], additionalItems: false }),
  },
  {
    rule: 'one fewer by its place, closed',
    reader: array({ items: [integer], additionalItems: false }),
    writer: array({ items: [integer, integer], additionalItems: false }),
    differences: ['ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL items/1'],
  },
  {
    rule: 'one more that was covered',
    reader: array({ items: [integer, string], additionalItems: string }),
    writer: array({ items: [integer], additionalItems: string }),
  },
  {
    rule: 'one more that was covered by another type',
    reader: array({ items: [integer, integer], additionalItems: string }),
    writer: array({ items: [integer], additionalItems: string }),
    differences: ['TYPE_CHANGED items/1', 'ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL items/1'],
  },
  {
    rule: 'one fewer that is covered by another type',
    reader: array({ items: [integer], additionalItems: string }),
    writer: array({ items: [integer, integer], additionalItems: string }),
    differences: ['TYPE_CHANGED items/1', 'ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL items/1'],
  },
  {
    rule: 'no further items any more',
    reader: array({ items: [integer], additionalItems: false }),
    writer: array({ items: [integer] }),
    differences: ['ADDITIONAL_ITEMS_REMOVED additionalItems'],
  },
  {
    rule: 'further items are described now',
    reader: array({ items: [integer], additionalItems: string }),
    writer: array({ items: [integer] }),
    differences: ['ADDITIONAL_ITEMS_NARROWED additionalItems'],
  },
  {
    rule: 'places by their newer name',
    reader: array({ prefixItems: [integer], items: false }),
    writer: array({ items: [integer], additionalItems: false }),
  },
];

const combined: Verdict[] = [
  { rule: 'the same choice', reader: { oneOf: [string, integer] }, writer: { oneOf: [integer, string] } },
  { rule: 'a choice more', reader: { oneOf: [string, integer] }, writer: { oneOf: [string] } },
  {
    rule: 'a choice fewer',
    reader: { oneOf: [string] },
    writer: { oneOf: [string, integer] },
    differences: ['SUM_TYPE_NARROWED'],
  },
  {
    rule: 'another choice',
    reader: { oneOf: [string, { type: 'null' }] },
    writer: { oneOf: [string, integer] },
    differences: ['COMBINED_TYPE_SUBSCHEMAS_CHANGED'],
  },
  {
    rule: 'a wider choice',
    reader: { anyOf: [string, { type: 'number' }] },
    writer: { anyOf: [string, integer] },
  },
  { rule: 'what was no choice', reader: { oneOf: [string, integer] }, writer: string },
  {
    rule: 'what was no choice, of another type',
    reader: { oneOf: [string, integer] },
    writer: { type: 'null' },
    differences: ['TYPE_CHANGED'],
  },
  {
    rule: 'what is no choice any more',
    reader: string,
    writer: { oneOf: [string, integer] },
    differences: ['TYPE_CHANGED'],
  },
  { rule: 'what was a choice of one', reader: string, writer: { oneOf: [string] } },
  { rule: 'any instead of one', reader: { anyOf: [string, integer] }, writer: { oneOf: [string, integer] } },
  {
    rule: 'one instead of any',
    reader: { oneOf: [string, integer] },
    writer: { anyOf: [string, integer] },
    differences: ['COMBINED_TYPE_CHANGED'],
  },
  {
    rule: 'any instead of all',
    reader: { anyOf: [string, { minLength: 1 }] },
    writer: { allOf: [string, { minLength: 1 }] },
  },
  {
    rule: 'all instead of any',
    reader: { allOf: [string, integer] },
    writer: { anyOf: [string, integer] },
    differences: ['COMBINED_TYPE_CHANGED'],
  },
  {
    rule: 'a demand more',
    reader: { allOf: [object({}), closed({})] },
    writer: { allOf: [object({})] },
    differences: ['PRODUCT_TYPE_EXTENDED'],
  },
  { rule: 'a demand fewer', reader: { allOf: [object({})] }, writer: { allOf: [object({}), closed({})] } },
  { rule: 'a type more', reader: { type: ['string', 'null'] }, writer: { type: 'string' } },
  {
    rule: 'a type more of several',
    reader: { type: ['string', 'null', 'integer'] },
    writer: { type: ['string', 'null'] },
  },
  {
    rule: 'a type fewer',
    reader: { type: ['string'] },
    writer: { type: ['string', 'null'] },
    differences: ['SUM_TYPE_NARROWED'],
  },
  {
    rule: 'a type and values',
    reader: { type: 'string', enum: ['a', 'b'] },
    writer: { type: 'string', enum: ['a'] },
  },
  {
    rule: 'a type and fewer values',
    reader: { type: 'string', enum: ['a'] },
    writer: { type: 'string', enum: ['a', 'b'] },
    differences: ['COMBINED_TYPE_SUBSCHEMAS_CHANGED'],
  },
];

/** References are resolved in the whole text: they stand without anything around. */
const references: Verdict[] = [
  {
    rule: 'a reference for what it leads to',
    reader: { $ref: '#/definitions/a', definitions: { a: string } },
    writer: string,
  },
  {
    rule: 'what it leads to for a reference',
    reader: string,
    writer: { $ref: '#/$defs/a', $defs: { a: string } },
  },
  {
    rule: 'a reference to another type',
    reader: { $ref: '#/definitions/a', definitions: { a: integer } },
    writer: string,
    differences: ['TYPE_CHANGED'],
  },
  {
    rule: 'a schema that holds itself',
    reader: object({ properties: { next: { $ref: '#' }, a: string } }),
    writer: object({ properties: { next: { $ref: '#' }, a: string } }),
  },
  {
    rule: 'a schema that holds itself, and changed',
    reader: object({ properties: { next: { $ref: '#' }, a: integer } }),
    writer: object({ properties: { next: { $ref: '#' }, a: string } }),
    differences: ['TYPE_CHANGED properties/a'],
  },
];

const written = ({ rule, reader, writer, differences = [] }: Verdict, path: string): CompatibilityPair => ({
  rule: path === '' ? rule : `${rule}, at ${path}`,
  reader: JSON.stringify(reader),
  writer: JSON.stringify(writer),
  differences: differences
    .map((difference) => {
      const [type = '', inner = ''] = difference.split(' ');
      return `${type} #/${[path, inner].filter((part) => part !== '').join('/')}`;
    })
    .sort(),
});

/** What stands differently where it is around a pair. */
const isSpecial = ({ reader, writer }: Verdict, path: string): boolean =>
  path === 'additionalProperties' && [reader, writer].some((schema) => schema === false || isEmpty(schema));

function isEmpty(schema: unknown): boolean {
  return typeof schema === 'object' && schema !== null && Object.keys(schema).length === 0;
}

export const JSON_PAIRS: readonly CompatibilityPair[] = [
  ...[...types, ...anything, ...limits, ...values, ...objects, ...arrays, ...combined].flatMap((verdict) =>
    SURROUNDINGS.filter(([path]) => !isSpecial(verdict, path)).map(([path, around]) =>
      written({ ...verdict, reader: around(verdict.reader), writer: around(verdict.writer) }, path),
    ),
  ),
  ...references.map((verdict) => written(verdict, '')),
];
