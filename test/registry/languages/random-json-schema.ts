import fc from 'fast-check';

/** Random JSON schemas, and pairs of a schema and what some changes have made of it, whether they are allowed or not. */

/** What a JSON document may be; an object's fields are changed by copies only. */
export type Json = null | boolean | number | string | readonly Json[] | JsonFields;
export interface JsonFields {
  readonly [name: string]: Json;
}

const NAMES = ['a', 'b', 'ab'];
const TYPES = ['string', 'number', 'integer', 'boolean', 'null', 'object', 'array'];
const PATTERNS = ['^a', 'b$'];
const DEFINITIONS = ['X', 'Y'];

const count = fc.integer({ min: 0, max: 3 });
const value: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(
  1,
  2,
  'a',
  'b',
  null,
  true,
  [1],
  { a: 1, b: 2 },
  { b: 2, a: 1 },
);

/** Some of these keywords, each with a value of its own. */
function keywords(all: Readonly<Record<string, fc.Arbitrary<Json>>>): fc.Arbitrary<JsonFields> {
  // A keyword is there once in three times.
  const some = Object.entries(all).map(([name, arbitrary]) =>
    fc.tuple(arbitrary, fc.nat(2)).map(([one, chance]): JsonFields => (chance === 0 ? { [name]: one } : {})),
  );
  return fc.tuple(...some).map((parts) => Object.assign({}, ...parts) as JsonFields);
}

/** By name: some of the names, each with what an arbitrary makes. */
function named(names: readonly string[], arbitrary: fc.Arbitrary<Json>): fc.Arbitrary<JsonFields> {
  return fc
    .subarray([...names])
    .chain((chosen) =>
      fc.tuple(...chosen.map((name) => arbitrary.map((one): JsonFields => ({ [name]: one })))),
    )
    .map((parts) => Object.assign({}, ...parts) as JsonFields);
}

const names = fc.subarray(NAMES);

const { schema } = fc.letrec<{ schema: Json; list: Json; object: JsonFields; array: JsonFields }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: fc.constantFrom(...TYPES).map((type): Json => ({ type })) },
    { weight: 1, arbitrary: fc.constantFrom<Json[]>(true, false, {}, { title: 'a' }, { default: 1 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...DEFINITIONS).map((name): Json => ({ $ref: `#/definitions/${name}` })),
    },
    {
      weight: 2,
      arbitrary: keywords({
        maxLength: count,
        minLength: count,
        pattern: fc.constantFrom(...PATTERNS),
        default: value,
      }).map((more): Json => ({ type: 'string', ...more })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom('number', 'integer'),
          keywords({
            maximum: count,
            minimum: count,
            exclusiveMaximum: fc.oneof(count, fc.boolean()),
            exclusiveMinimum: fc.oneof(count, fc.boolean()),
            multipleOf: fc.constantFrom(1, 2, 3, 4, 6, 0.5, 0.25),
          }),
        )
        .map(([type, more]): Json => ({ type, ...more })),
    },
    {
      weight: 1,
      arbitrary: fc.array(value, { minLength: 1, maxLength: 3 }).map((all): Json => ({ enum: all })),
    },
    { weight: 1, arbitrary: value.map((one): Json => ({ const: one })) },
    {
      weight: 1,
      arbitrary: fc.subarray(TYPES, { minLength: 1, maxLength: 2 }).map((type): Json => ({ type })),
    },
    { weight: 4, arbitrary: tie('object') },
    { weight: 3, arbitrary: tie('array') },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom('allOf', 'anyOf', 'oneOf'), tie('list'))
        .map(([criterion, list]): Json => ({ [criterion]: list })),
    },
    { weight: 1, arbitrary: tie('schema').map((one): Json => ({ not: one })) },
    { weight: 1, arbitrary: tie('schema').map((one): Json => ({ if: one, else: one })) },
    // What stands beside each other has to hold together.
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('object'), tie('array'), tie('list'))
        .map(([object, array, list]): Json => ({ ...array, ...object, anyOf: list })),
    },
  ),
  list: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
  object: fc
    .tuple(
      fc.boolean(),
      keywords({
        required: names,
        additionalProperties: fc.oneof(fc.constantFrom<Json[]>(false, true), tie('schema')),
        patternProperties: named(PATTERNS, tie('schema')),
        dependencies: named(NAMES, fc.oneof<fc.Arbitrary<Json>[]>(names, tie('schema'))),
        dependentRequired: named(NAMES, names),
        dependentSchemas: named(NAMES, tie('schema')),
        maxProperties: count,
        minProperties: count,
      }),
      named(NAMES, tie('schema')),
    )
    .map(
      ([isTyped, more, properties]): JsonFields => ({
        ...(isTyped ? { type: 'object' } : {}),
        properties,
        ...more,
      }),
    ),
  array: fc
    .tuple(
      fc.boolean(),
      keywords({
        items: fc.oneof(tie('schema'), tie('list')),
        prefixItems: tie('list'),
        additionalItems: fc.oneof(fc.constantFrom<Json[]>(false, true), tie('schema')),
        uniqueItems: fc.boolean(),
        maxItems: count,
        minItems: count,
        maxContains: count,
        minContains: count,
      }),
    )
    // Behind a prefix of its own keyword, items are one schema.
    .filter(([, { prefixItems, items }]) => prefixItems === undefined || !Array.isArray(items))
    .map(([isTyped, more]): JsonFields => ({ ...(isTyped ? { type: 'array' } : { minItems: 1 }), ...more })),
}));

/** One schema, and one that some changes have made of it. */
interface Pair {
  readonly reader: Json;
  readonly writer: Json;
}

/** Numbers that decide on changes, one after the other. */
type Chances = () => number;

const isFields = (json: Json): json is JsonFields =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** A whole document: a schema with the definitions that it refers to, which may refer to each other and to themselves. */
function documentOf(root: Json, [x, y]: readonly [Json, Json]): Json {
  return isFields(root) ? { ...root, definitions: { X: x, Y: y } } : root;
}

/** Pairs of which most are related: one, and what a few random changes have made of it. */
export const jsonPairs: fc.Arbitrary<Pair> = fc
  .record({
    roots: fc.tuple(schema, schema),
    definitions: fc.tuple(schema, schema),
    others: fc.tuple(schema, schema),
    /** One of so many parts is changed; none where the two have nothing to do with each other. */
    rarity: fc.constantFrom(3, 6, 12, 0),
    chances: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  })
  .map(({ roots: [one, other], definitions, others, rarity, chances }) => {
    let next = 0;
    const chance: Chances = () => ((next += 1), chances[next % chances.length] ?? 0);
    const written = documentOf(one, definitions);
    if (rarity === 0) return { reader: documentOf(other, others), writer: written };
    return { reader: changed(written, { part: other, rarity, chance }), writer: written };
  });

interface Changes {
  /** What takes the place of a part. */
  readonly part: Json;
  readonly rarity: number;
  readonly chance: Chances;
}

/** A copy in which some parts are other ones: numbers one more or less, keywords and items left out, lists turned round, schemas exchanged. */
function changed(json: Json, changes: Changes): Json {
  const { part, rarity, chance } = changes;
  const isHit = chance() % rarity === 0;
  if (typeof json === 'number')
    return isHit && Number.isInteger(json) ? Math.max(0, json + (chance() % 2 === 0 ? 1 : -1)) : json;
  if (Array.isArray(json)) return changedList(json, changes, isHit);
  if (!isFields(json)) return json;
  const fields = Object.entries(json).flatMap(([name, one]): [string, Json][] => {
    if (name === 'definitions') return [[name, definitionsOf(one, changes)]];
    if (KEPT.has(name)) return [[name, one]];
    if (isHit && chance() % 4 === 0) return [];
    return [[name, SCHEMA_PLACES.has(name) && chance() % (rarity * 2) === 0 ? part : changed(one, changes)]];
  });
  return Object.fromEntries(fields);
}

const KEPT = new Set(['$ref', 'type', 'multipleOf']);
/** Names whose value is one schema. */
const SCHEMA_PLACES = new Set(['not', 'additionalProperties', ...NAMES]);

function definitionsOf(json: Json, changes: Changes): Json {
  if (!isFields(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([name, one]) => [name, changed(one, changes)]));
}

function changedList(list: readonly Json[], changes: Changes, isHit: boolean): Json {
  const copies = list.map((one) => changed(one, changes));
  if (!isHit || copies.length < 2) return copies;
  const kind = changes.chance() % 3;
  if (kind === 0) return copies.slice(1);
  return kind === 1 ? copies.toReversed() : [...copies, changes.part];
}

/** What a property of a definition is: a text, or another definition. */
const link = fc
  .tuple(fc.constantFrom(...DEFINITIONS), fc.nat(2))
  .map(([name, kind]): JsonFields => (kind === 0 ? { type: 'string' } : { $ref: `#/definitions/${name}` }));

const linkedObject = fc
  .tuple(link, link)
  .map(([a, b]): JsonFields => ({ type: 'object', properties: { a, b } }));

/**
 * Pairs of schemas whose definitions lead to each other in circles. One text of the writer's is a number of the reader's, and
 * some references are choices, which may go on without what is referred to.
 */
export const circularPairs: fc.Arbitrary<Pair> = fc
  .tuple(
    linkedObject,
    linkedObject,
    linkedObject,
    fc.nat(2),
    fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
  )
  .map(([root, x, y, changed, choices]) => {
    const writer = { ...root, definitions: { X: x, Y: y } };
    let [texts, references] = [0, 0];
    const reader = JSON.stringify(writer)
      .replaceAll('"string"', (text) => (texts++ === changed ? '"integer"' : text))
      .replaceAll(/\{"\$ref":[^}]*\}/g, (ref) =>
        choices[references++] === true ? `{"anyOf":[${ref},{"type":"object"}]}` : ref,
      );
    return { reader: JSON.parse(reader) as Json, writer };
  });
