import type { Json, JsonFields } from './random-json-schema.ts';

/**
 * What keeps a JSON schema from reading what another one let through, worked out a second time: keyword by keyword on the documents
 * as they are, trying every pairing of parts, and remembering nothing from one place to the next. The rules are those of Confluent's
 * documentation, for schemas taken apart as by the library Everit.
 */

/** One thing that a schema asks for, or several that are combined. */
interface Facet {
  readonly kind: string;
  readonly json: JsonFields;
  /** The document that references lead into. */
  readonly root: Json;
  readonly criterion?: string;
  readonly parts: () => readonly Facet[];
}

/** The rule, and the path to where it was broken. */
type Broken = readonly [rule: string, ...path: string[]];
type Compare = (reader: Facet, writer: Facet) => readonly Broken[];

interface Pair {
  readonly reader: Facet;
  readonly writer: Facet;
}

/** Thrown where working a pair out would take too long without remembering. */
export class TooLongError extends Error {}

const STEPS_MAX = 100_000;

/** Keywords that tell the type of a schema that does not say it. */
const TELLING: Readonly<Record<string, string>> = {
  string: 'minLength maxLength pattern format',
  number: 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf',
  object:
    'properties required minProperties maxProperties dependencies patternProperties additionalProperties propertyNames dependentRequired dependentSchemas',
  array: 'items prefixItems additionalItems minItems maxItems uniqueItems contains',
};

/** Keywords by whether less is let through where their value is lower, or where it is higher. */
const LIMITS: Readonly<Record<string, { readonly lower: string; readonly higher: string }>> = {
  string: { lower: 'maxLength', higher: 'minLength' },
  number: { lower: 'maximum exclusiveMaximum', higher: 'minimum exclusiveMinimum' },
  object: { lower: 'maxProperties', higher: 'minProperties' },
  array: { lower: 'maxItems maxContains', higher: 'minItems minContains' },
};

const isList = (json: Json | undefined): json is readonly Json[] => Array.isArray(json);
const isFields = (json: Json | undefined): json is JsonFields =>
  typeof json === 'object' && json !== null && !isList(json);
const fieldsOf = (json: Json | undefined): JsonFields => (isFields(json) ? json : {});
const namesOf = (json: Json | undefined): readonly string[] =>
  isList(json) ? json.filter((one) => typeof one === 'string') : [];
const below = (part: string, broken: readonly Broken[]): Broken[] =>
  broken.map(([rule, ...path]): Broken => [rule, part, ...path]);

/** @returns `RULE #/path`, sorted. @throws {TooLongError} */
export function expectedJsonDifferences(reader: Json, writer: Json): string[] {
  let steps = 0;
  const compareWithin =
    (open: readonly Pair[]): Compare =>
    (read, written) => {
      steps += 1;
      if (steps > STEPS_MAX) throw new TooLongError();
      // What comes again within itself is compatible if the rest is.
      if (open.some((pair) => pair.reader === read && pair.writer === written)) return [];
      const pair = { reader: read, writer: written };
      return brokenRules(pair, compareWithin([...open, pair]));
    };
  return compareWithin([])(facetOf(reader, reader), facetOf(writer, writer))
    .map(([rule, ...path]) => `${rule} #/${path.join('/')}`)
    .toSorted();
}

const known = new WeakMap<JsonFields, Facet>();

function facetOf(root: Json, json: Json): Facet {
  const facet = (kind: string): Facet => ({ kind, json: {}, root, parts: () => [] });
  if (json === true) return facet('any');
  if (json === false) return facet('none');
  const target = referredFrom(root, fieldsOf(json));
  if (target === undefined) return facet('reference');
  if (!isFields(target)) return facetOf(root, target);
  const before = known.get(target);
  if (before !== undefined) return before;
  const all = facetsOf(root, target);
  const [only] = all;
  const made =
    only === undefined
      ? facet('any')
      : all.length === 1
        ? only
        : { ...facet('combined'), criterion: 'allOf', parts: () => all };
  known.set(target, made);
  return made;
}

/** @returns undefined for references that lead to themselves. */
function referredFrom(root: Json, json: JsonFields): Json | undefined {
  const seen = new Set<Json>();
  let found: Json = json;
  while (isFields(found) && typeof found['$ref'] === 'string') {
    if (seen.has(found)) return undefined;
    seen.add(found);
    found = fieldsOf(fieldsOf(root)['definitions'])[found['$ref'].replace('#/definitions/', '')] ?? false;
  }
  return found;
}

function facetsOf(root: Json, json: JsonFields): Facet[] {
  const facet = (kind: string, more: Partial<Facet> = {}): Facet => ({
    kind,
    json,
    root,
    parts: () => [],
    ...more,
  });
  const isThere = (...words: string[]): boolean => words.some((word) => json[word] !== undefined);
  const combined = ['allOf', 'anyOf', 'oneOf'].flatMap((criterion) => {
    const list = json[criterion];
    return isList(list)
      ? [facet('combined', { criterion, parts: () => list.map((one) => facetOf(root, one)) })]
      : [];
  });
  const typed = (type: string, own: JsonFields): Facet =>
    facet(type === 'integer' ? 'number' : type, { json: { ...own, type } });
  const { type } = json;
  const told =
    typeof type === 'string'
      ? [typed(type, json)]
      : Object.entries(TELLING).flatMap(([name, words]) =>
          isThere(...words.split(' ')) ? [typed(name, json)] : [],
        );
  const listed = isList(type)
    ? [
        facet('combined', {
          criterion: 'anyOf',
          parts: once(() => namesOf(type).map((name) => typed(name, {}))),
        }),
      ]
    : [];
  return [
    ...(isList(json['enum']) ? [facet('enum')] : []),
    ...combined,
    ...(isThere('not') ? [facet('not')] : []),
    ...(isThere('const') ? [facet('const')] : []),
    ...(isThere('if', 'then', 'else') ? [facet('conditional')] : []),
    ...told,
    ...listed,
  ];
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function brokenRules(pair: Pair, compare: Compare): readonly Broken[] {
  const { reader, writer } = pair;
  if (isReadAsPart(pair, compare)) return [];
  if (reader.kind !== writer.kind)
    return writer.kind === 'none' || reader.kind === 'any' ? [] : [['TYPE_CHANGED']];
  return [...(BY_KIND[reader.kind]?.(pair, compare) ?? []), ...limits(pair)];
}

/** One of several types that may be read is enough; what combines one schema alone is that schema. */
function isReadAsPart({ reader, writer }: Pair, compare: Compare): boolean {
  const [read, written] = [reader.parts(), writer.parts()];
  const goes = (one: Facet, other: Facet): boolean => compare(one, other).length === 0;
  if (reader.kind === 'combined' && writer.kind !== 'combined') {
    const isChoice = read.length === 1 || reader.criterion !== 'allOf';
    return isChoice && read.some((one) => goes(one, writer));
  }
  return (
    writer.kind === 'combined' &&
    reader.kind !== 'combined' &&
    written.length === 1 &&
    written.every((one) => goes(reader, one))
  );
}

const BY_KIND: Readonly<Record<string, (pair: Pair, compare: Compare) => readonly Broken[]>> = {
  string: ({ reader, writer }) => {
    const [read, written] = [reader.json['pattern'], writer.json['pattern']];
    if (read === undefined || read === written) return [];
    return [[written === undefined ? 'PATTERN_ADDED' : 'PATTERN_CHANGED', 'pattern']];
  },
  number: (pair) => [...multiples(pair), ...wholeNumbers(pair)],
  enum: ({ reader, writer }) => {
    const [read, written] = [reader, writer].map(
      ({ json }) => new Set((isList(json['enum']) ? json['enum'] : []).map(canonical)),
    );
    if (read === undefined || written === undefined || isWithin(written, read)) return [];
    return [[isWithin(read, written) ? 'ENUM_ARRAY_NARROWED' : 'ENUM_ARRAY_CHANGED', 'enum']];
  },
  const: ({ reader, writer }) =>
    canonical(reader.json['const'] ?? null) === canonical(writer.json['const'] ?? null)
      ? []
      : [['ENUM_ARRAY_CHANGED', 'const']],
  not: ({ reader, writer }, compare) => {
    const [read, written] = [reader, writer].map(({ root, json }) => facetOf(root, json['not'] ?? true));
    if (read === undefined || written === undefined) return [];
    // What is not let through may only become less.
    return compare(written, read).length === 0 ? [] : [['NOT_TYPE_EXTENDED', 'not']];
  },
  combined: combinations,
  object: (pair, compare) => [
    ...required(pair),
    ...properties(pair, compare),
    ...dependencies(pair, compare),
    ...further('additionalProperties', 'PROPERTIES', pair, compare),
  ],
  array: (pair, compare) => [...items(pair, compare), ...unique(pair)],
};

function limits({ reader, writer }: Pair): Broken[] {
  const { lower = '', higher = '' } = LIMITS[reader.kind] ?? {};
  const each = (words: string, word: string, isLess: (read: number, written: number) => boolean): Broken[] =>
    words.split(' ').flatMap((keyword): Broken[] => {
      const [read, written] = [limit(reader.json, keyword), limit(writer.json, keyword)];
      const rule = keyword.replaceAll(/[A-Z]/g, '_$&').toUpperCase();
      if (read === undefined) return [];
      if (written === undefined) return [[`${rule}_ADDED`, keyword]];
      return isLess(read, written) ? [[`${rule}_${word}`, keyword]] : [];
    });
  return [
    ...each(lower, 'DECREASED', (read, written) => read < written),
    ...each(higher, 'INCREASED', (read, written) => read > written),
  ];
}

/** In draft 4 a limit is said to be exclusive beside it. */
function limit(json: JsonFields, keyword: string): number | undefined {
  const bound = keyword.replace(/^exclusive(.)/, (_all, letter: string) => letter.toLowerCase());
  const exclusive = json[`exclusive${bound.charAt(0).toUpperCase()}${bound.slice(1)}`];
  if (typeof exclusive !== 'boolean') return numberIn(json, keyword);
  return exclusive === (keyword !== bound) ? numberIn(json, bound) : undefined;
}

function numberIn(json: JsonFields, keyword: string): number | undefined {
  const found = json[keyword];
  return typeof found === 'number' ? found : undefined;
}

function multiples({ reader, writer }: Pair): Broken[] {
  const [read, written] = [numberIn(reader.json, 'multipleOf'), numberIn(writer.json, 'multipleOf')];
  if (read === undefined) return [];
  if (written === undefined) return [['MULTIPLE_OF_ADDED', 'multipleOf']];
  if (written % read === 0) return [];
  return [[read % written === 0 ? 'MULTIPLE_OF_EXPANDED' : 'MULTIPLE_OF_CHANGED', 'multipleOf']];
}

function wholeNumbers({ reader, writer }: Pair): Broken[] {
  return reader.json['type'] === 'integer' && writer.json['type'] !== 'integer' ? [['TYPE_NARROWED']] : [];
}

function combinations({ reader, writer }: Pair, compare: Compare): Broken[] {
  const [read, written] = [reader.parts(), writer.parts()];
  const isSame = reader.criterion === writer.criterion || reader.criterion === 'anyOf';
  const isOfOne = written.length === 1 && (reader.criterion === 'oneOf' || read.length === 1);
  if (!isSame && !isOfOne) return [['COMBINED_TYPE_CHANGED']];
  const found: Broken[] = [];
  if (reader.criterion === 'allOf' && read.length > written.length) found.push(['PRODUCT_TYPE_EXTENDED']);
  if (reader.criterion !== 'allOf' && read.length < written.length) found.push(['SUM_TYPE_NARROWED']);
  const goes = (one: Facet, other: Facet): boolean => compare(one, other).length === 0;
  const isPaired =
    read.length <= written.length
      ? canPair(read, written, goes)
      : canPair(written, read, (one, other) => goes(other, one));
  return isPaired ? found : [...found, ['COMBINED_TYPE_SUBSCHEMAS_CHANGED']];
}

/** Whether each of the few has a partner of its own among the many: all ways are tried. */
function canPair(
  few: readonly Facet[],
  many: readonly Facet[],
  goes: (one: Facet, other: Facet) => boolean,
): boolean {
  const [first, ...rest] = few;
  if (first === undefined) return true;
  return many.some((other, index) => goes(first, other) && canPair(rest, many.toSpliced(index, 1), goes));
}

function required({ reader, writer }: Pair): Broken[] {
  const [read, written] = [fieldsOf(reader.json['properties']), fieldsOf(writer.json['properties'])];
  const before = namesOf(writer.json['required']);
  return [...new Set(namesOf(reader.json['required']))]
    .filter((name) => name in read && name in written && !before.includes(name) && !hasDefault(read[name]))
    .map((name): Broken => ['REQUIRED_ATTRIBUTE_ADDED', 'required', name]);
}

function hasDefault(json: Json | undefined): boolean {
  return fieldsOf(json)['default'] !== undefined;
}

function properties(pair: Pair, compare: Compare): Broken[] {
  const { reader, writer } = pair;
  const [read, written] = [fieldsOf(reader.json['properties']), fieldsOf(writer.json['properties'])];
  return [...new Set([...Object.keys(read), ...Object.keys(written)])].flatMap((name) => {
    const [one, other] = [read[name], written[name]];
    const broken =
      one !== undefined && other !== undefined
        ? compare(facetOf(reader.root, one), facetOf(writer.root, other))
        : other !== undefined
          ? removed(name, other, pair, compare)
          : added(name, one ?? true, pair, compare);
    return below('properties', below(name, broken));
  });
}

/** Whether properties without a description may be anything: the open content model. */
function isOpen({ json }: Facet): boolean {
  const more = json['additionalProperties'];
  return (
    Object.keys(fieldsOf(json['patternProperties'])).length === 0 && (more === undefined || more === true)
  );
}

/** What a property without a description has to be. */
function covering({ json, root }: Facet, name: string): Facet | undefined {
  const [, matching] =
    Object.entries(fieldsOf(json['patternProperties'])).find(([pattern]) => new RegExp(pattern).test(name)) ??
    [];
  const more = json['additionalProperties'];
  if (matching !== undefined) return facetOf(root, matching);
  return typeof more === 'boolean' || more === undefined ? undefined : facetOf(root, more);
}

function removed(name: string, written: Json, { reader, writer }: Pair, compare: Compare): readonly Broken[] {
  if (isOpen(reader)) return [];
  const cover = covering(reader, name);
  if (cover === undefined) return written === false ? [] : [['PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL']];
  const broken = compare(cover, facetOf(writer.root, written));
  return broken.length === 0
    ? []
    : [...broken, ['PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL']];
}

function added(name: string, read: Json, { reader, writer }: Pair, compare: Compare): readonly Broken[] {
  const isNeeded = namesOf(reader.json['required']).includes(name);
  if (isOpen(writer)) {
    if (isAnything(read)) return [];
    const kind = isNeeded
      ? hasDefault(read)
        ? 'REQUIRED_PROPERTY_WITH_DEFAULT'
        : 'REQUIRED_PROPERTY'
      : 'OPTIONAL_PROPERTY';
    return [[`${kind}_ADDED_TO_OPEN_CONTENT_MODEL`]];
  }
  const cover = covering(writer, name);
  const broken = cover === undefined ? [] : compare(facetOf(reader.root, read), cover);
  const found: Broken[] = [...broken];
  if (broken.length > 0) found.push(['PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL']);
  if (isNeeded && !hasDefault(read)) found.push(['REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL']);
  return found;
}

/** A schema that asks for nothing itself; a reference to one is none. */
function isAnything(json: Json): boolean {
  return json === true || (isFields(json) && json['$ref'] === undefined && facetsOf(json, json).length === 0);
}

/** What is not described: anything, nothing, or what a schema says. */
function further(keyword: string, word: string, { reader, writer }: Pair, compare: Compare): Broken[] {
  const [read, written] = [reader.json[keyword] ?? true, writer.json[keyword] ?? true];
  if (read === true || (written === false && read !== false)) return [];
  if (read === false) return written === false ? [] : [[`ADDITIONAL_${word}_REMOVED`, keyword]];
  if (written === true) return [[`ADDITIONAL_${word}_NARROWED`, keyword]];
  return below(keyword, compare(facetOf(reader.root, read), facetOf(writer.root, written)));
}

/** Names that a property needs beside it, and what else holds where it is there: in draft 2019-09 and later two keywords of their own. */
function dependenciesOf({ json }: Facet): { readonly names: JsonFields; readonly schemas: JsonFields } {
  const mixed = Object.entries(fieldsOf(json['dependencies']));
  const of = (areNames: boolean): JsonFields =>
    Object.fromEntries(mixed.filter(([, one]) => isList(one) === areNames));
  return {
    names: { ...of(true), ...fieldsOf(json['dependentRequired']) },
    schemas: { ...of(false), ...fieldsOf(json['dependentSchemas']) },
  };
}

function dependencies({ reader, writer }: Pair, compare: Compare): Broken[] {
  const [read, written] = [dependenciesOf(reader), dependenciesOf(writer)];
  const names = Object.entries(read.names).flatMap(([name, one]): Broken[] => {
    const other = written.names[name];
    if (other === undefined) return [['DEPENDENCY_ARRAY_ADDED', 'dependencies', name]];
    const [needed, before] = [new Set(namesOf(one)), new Set(namesOf(other))];
    if (isWithin(needed, before)) return [];
    return [
      [
        isWithin(before, needed) ? 'DEPENDENCY_ARRAY_EXTENDED' : 'DEPENDENCY_ARRAY_CHANGED',
        'dependencies',
        name,
      ],
    ];
  });
  const schemas = Object.entries(read.schemas).flatMap(([name, one]): Broken[] => {
    const other = written.schemas[name];
    if (other === undefined) return [['DEPENDENCY_SCHEMA_ADDED', 'dependencies', name]];
    return below(
      'dependencies',
      below(name, compare(facetOf(reader.root, one), facetOf(writer.root, other))),
    );
  });
  return [...names, ...schemas];
}

/** Items by place, and what the others have to be. */
interface Items {
  readonly first: readonly Json[];
  readonly all: Json | undefined;
  readonly more: Json;
}

function itemsOf({ json }: Facet): Items {
  const { items: every, prefixItems, additionalItems } = json;
  if (isList(prefixItems)) return { first: prefixItems, all: undefined, more: every ?? true };
  if (isList(every)) return { first: every, all: undefined, more: additionalItems ?? true };
  return { first: [], all: every, more: true };
}

function items(pair: Pair, compare: Compare): Broken[] {
  const [read, written] = [itemsOf(pair.reader), itemsOf(pair.writer)];
  const inReader = (json: Json): Facet => facetOf(pair.reader.root, json);
  const inWriter = (json: Json): Facet => facetOf(pair.writer.root, json);
  const all =
    read.all === undefined
      ? []
      : written.all === undefined
        ? [['SCHEMA_ADDED'] as const]
        : compare(inReader(read.all), inWriter(written.all));
  const places = Array.from({ length: Math.max(read.first.length, written.first.length) }, (_one, index) => {
    const [one, other] = [read.first[index], written.first[index]];
    if (one !== undefined && other !== undefined) return compare(inReader(one), inWriter(other));
    if (other !== undefined) {
      if (read.more === true) return [];
      if (read.more === false)
        return other === false ? [] : [['ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL'] as const];
      const broken = compare(inReader(read.more), inWriter(other));
      return broken.length === 0
        ? []
        : [...broken, ['ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL'] as const];
    }
    if (written.more === true)
      return isAnything(one ?? true) ? [] : [['ITEM_ADDED_TO_OPEN_CONTENT_MODEL'] as const];
    if (written.more === false) return [];
    const broken = compare(inReader(one ?? true), inWriter(written.more));
    return broken.length === 0
      ? []
      : [...broken, ['ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL'] as const];
  });
  const withMore = ({ reader, writer }: Pair): Pair => ({
    reader: { ...reader, json: { additionalItems: read.more } },
    writer: { ...writer, json: { additionalItems: written.more } },
  });
  return [
    ...below('items', all),
    ...places.flatMap((broken, index) => below('items', below(String(index), broken))),
    ...further('additionalItems', 'ITEMS', withMore(pair), compare),
  ];
}

function unique({ reader, writer }: Pair): Broken[] {
  return reader.json['uniqueItems'] === true && writer.json['uniqueItems'] !== true
    ? [['UNIQUE_ITEMS_ADDED', 'uniqueItems']]
    : [];
}

/** One text for equal values, whatever the order of their names. */
function canonical(json: Json): string {
  if (isList(json)) return `[${json.map(canonical).join()}]`;
  if (!isFields(json)) return JSON.stringify(json);
  const fields = Object.entries(json).map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`);
  return `{${fields.toSorted().join()}}`;
}

function isWithin(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((one) => all.has(one));
}
