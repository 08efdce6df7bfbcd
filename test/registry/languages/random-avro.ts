import fc from 'fast-check';

/** Random Avro schemas, and pairs of a schema and what it may evolve to, whether that is allowed or not. */

type Json = unknown;

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;

/** A shape without names; those are given in order, so that no name comes twice. */
type Shape =
  | { readonly kind: 'primitive'; readonly name: string }
  | { readonly kind: 'array' | 'map'; readonly inner: Shape }
  | { readonly kind: 'union'; readonly branches: readonly Shape[] }
  | { readonly kind: 'enum'; readonly symbols: readonly string[]; readonly hasDefault: boolean }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'record'; readonly fields: readonly ShapeField[] };

interface ShapeField {
  readonly name: string;
  readonly shape: Shape;
  readonly hasDefault: boolean;
  readonly alias: string | undefined;
}

const fieldName = fc.constantFrom('a', 'b', 'c', 'd');

const { shape } = fc.letrec<{ shape: Shape; field: ShapeField }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ kind: fc.constant('primitive' as const), name: fc.constantFrom(...PRIMITIVES) }),
    fc.record({
      kind: fc.constant('enum' as const),
      symbols: fc.subarray(['A', 'B', 'C'], { minLength: 1 }),
      hasDefault: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('fixed' as const), size: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constantFrom('array' as const, 'map' as const), inner: tie('shape') }),
    fc.record({
      kind: fc.constant('union' as const),
      branches: fc.uniqueArray(tie('shape'), { minLength: 1, maxLength: 3, selector: branchOf }),
    }),
    fc.record({
      kind: fc.constant('record' as const),
      fields: fc.uniqueArray(tie('field'), { maxLength: 3, selector: ({ name }) => name }),
    }),
  ),
  field: fc.record({
    name: fieldName,
    shape: tie('shape'),
    hasDefault: fc.boolean(),
    alias: fc.option(fieldName, { nil: undefined, freq: 4 }),
  }),
}));

function branchOf(one: Shape): string {
  return one.kind === 'primitive' ? one.name : one.kind;
}

/** Writes a shape; names follow the place of a type, so that two schemas of like shapes have like names. */
function written(one: Shape, place: string): Json {
  switch (one.kind) {
    case 'primitive':
      return one.name;
    case 'array':
      return { type: 'array', items: written(one.inner, `${place}I`) };
    case 'map':
      return { type: 'map', values: written(one.inner, `${place}V`) };
    case 'union':
      return one.branches
        .filter(({ kind }) => kind !== 'union')
        .map((branch) => written(branch, `${place}${branchOf(branch)}`));
    case 'enum':
      return {
        type: 'enum',
        name: `E${place}`,
        symbols: one.symbols,
        ...(one.hasDefault ? { default: one.symbols[0] } : {}),
      };
    case 'fixed':
      return { type: 'fixed', name: `F${place}`, size: one.size };
    case 'record':
      return {
        type: 'record',
        name: `R${place}`,
        fields: one.fields.map(({ name, shape: inner, hasDefault, alias }) => ({
          name,
          type: written(inner, `${place}_${name}`),
          ...(alias === undefined || alias === name ? {} : { aliases: [alias] }),
          ...(hasDefault ? defaultOf(inner) : {}),
        })),
      };
  }
}

function defaultOf(one: Shape): { readonly default?: Json } {
  if (one.kind === 'array') return { default: [] };
  if (one.kind === 'map') return { default: {} };
  if (one.kind === 'enum') return { default: one.symbols[0] };
  if (one.kind !== 'primitive') return {};
  if (one.name === 'null') return { default: null };
  if (one.name === 'boolean') return { default: true };
  return { default: one.name === 'string' || one.name === 'bytes' ? 'x' : 1 };
}

/** Pairs of which half are related: the same shape with a part of it exchanged. */
export const avroPairs = fc.tuple(shape, shape, fc.boolean()).map(([reader, other, isRelated]) => {
  const writer = isRelated ? exchanged(reader, other) : other;
  return { reader: JSON.stringify(written(reader, 'X')), writer: JSON.stringify(written(writer, 'X')) };
});

function exchanged(one: Shape, part: Shape): Shape {
  if (one.kind === 'array' || one.kind === 'map') return { ...one, inner: exchanged(one.inner, part) };
  if (one.kind !== 'record' || one.fields.length === 0) return part;
  const [first, ...rest] = one.fields;
  return first === undefined
    ? part
    : { ...one, fields: [...rest, { ...first, shape: exchanged(first.shape, part) }] };
}
