import { type Compare, further, ITEM_RULES } from './compare-objects.ts';
import { lowerLimit, upperLimit } from './compare-values.ts';
import { at, found, type Found } from './differences.ts';
import type { ArraySchema, JsonSchemaNode } from './model.ts';

interface Arrays {
  readonly reader: ArraySchema;
  readonly writer: ArraySchema;
}

export function compareArrays(arrays: Arrays, compare: Compare): readonly Found[] {
  const { reader, writer } = arrays;
  return [
    ...at('items', allItems(reader.items, writer.items, compare)),
    ...prefix(arrays, compare),
    ...at('additionalItems', further(reader.additionalItems, writer.additionalItems, compare, ITEM_RULES)),
    ...attributes(arrays),
  ];
}

function allItems(
  reader: JsonSchemaNode | undefined,
  writer: JsonSchemaNode | undefined,
  compare: Compare,
): readonly Found[] {
  if (reader === undefined) return [];
  return writer === undefined ? found('SCHEMA_ADDED') : compare(reader, writer);
}

/** Items by their place: those that both describe, those that are described no more, those that are described only now. */
function prefix({ reader, writer }: Arrays, compare: Compare): readonly Found[] {
  const length = Math.max(reader.prefix.length, writer.prefix.length);
  return Array.from({ length }).flatMap((_, index) => {
    const [read, written] = [reader.prefix[index], writer.prefix[index]];
    const part = `items/${index}`;
    if (read !== undefined && written !== undefined) return at(part, compare(read, written));
    if (written !== undefined) return at(part, removed(reader, written, compare));
    return read === undefined ? [] : at(part, added(writer, read, compare));
  });
}

function removed(
  { additionalItems }: ArraySchema,
  written: JsonSchemaNode,
  compare: Compare,
): readonly Found[] {
  if (additionalItems === undefined) return [];
  if (additionalItems === false) {
    return written.kind === 'none' ? [] : found('ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL');
  }
  const differences = compare(additionalItems, written);
  if (differences.length === 0) return [];
  return [...differences, ...found('ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL')];
}

function added({ additionalItems }: ArraySchema, read: JsonSchemaNode, compare: Compare): readonly Found[] {
  if (additionalItems === undefined)
    return read.kind === 'any' ? [] : found('ITEM_ADDED_TO_OPEN_CONTENT_MODEL');
  if (additionalItems === false) return [];
  const differences = compare(read, additionalItems);
  if (differences.length === 0) return [];
  return [...differences, ...found('ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL')];
}

function attributes({ reader, writer }: Arrays): readonly Found[] {
  return [
    ...upperLimit(
      { name: 'maxItems', reader: reader.maxItems, writer: writer.maxItems },
      { added: 'MAX_ITEMS_ADDED', tightened: 'MAX_ITEMS_DECREASED' },
    ),
    ...lowerLimit(
      { name: 'minItems', reader: reader.minItems, writer: writer.minItems },
      { added: 'MIN_ITEMS_ADDED', tightened: 'MIN_ITEMS_INCREASED' },
    ),
    ...(reader.isUnique && !writer.isUnique ? found('UNIQUE_ITEMS_ADDED', 'uniqueItems') : []),
    ...upperLimit(
      { name: 'maxContains', reader: reader.maxContains, writer: writer.maxContains },
      { added: 'MAX_CONTAINS_ADDED', tightened: 'MAX_CONTAINS_DECREASED' },
    ),
    ...lowerLimit(
      { name: 'minContains', reader: reader.minContains, writer: writer.minContains },
      { added: 'MIN_CONTAINS_ADDED', tightened: 'MIN_CONTAINS_INCREASED' },
    ),
  ];
}
