import type { PropertyPatterns } from './property-patterns.ts';
import { lowerLimit, upperLimit } from './compare-values.ts';
import { at, found, type Found } from './differences.ts';
import type { Further, JsonSchemaNode, ObjectSchema } from './model.ts';

/** Compares two schemas that stand in one place. */
export type Compare = (reader: JsonSchemaNode, writer: JsonSchemaNode) => readonly Found[];

interface Objects {
  readonly reader: ObjectSchema;
  readonly writer: ObjectSchema;
  readonly patterns: PropertyPatterns;
}

export function compareObjects(objects: Objects, compare: Compare): readonly Found[] {
  const { reader, writer } = objects;
  return [
    ...at('required', required(objects)),
    ...at('properties', properties(objects, compare)),
    ...at('dependencies', dependencies(objects, compare)),
    ...at('additionalProperties', further(reader.additionalProperties, writer.additionalProperties, compare)),
    ...upperLimit(
      { name: 'maxProperties', reader: reader.maxProperties, writer: writer.maxProperties },
      { added: 'MAX_PROPERTIES_ADDED', tightened: 'MAX_PROPERTIES_DECREASED' },
    ),
    ...lowerLimit(
      { name: 'minProperties', reader: reader.minProperties, writer: writer.minProperties },
      { added: 'MIN_PROPERTIES_ADDED', tightened: 'MIN_PROPERTIES_INCREASED' },
    ),
  ];
}

/** Of properties that both know. */
function required({ reader, writer }: Objects): readonly Found[] {
  return [...writer.properties.keys()].flatMap((name) => {
    const property = reader.properties.get(name);
    const isNew = reader.required.has(name) && !writer.required.has(name);
    if (property === undefined || !isNew || property.default !== undefined) return [];
    return found('REQUIRED_ATTRIBUTE_ADDED', name);
  });
}

function properties({ reader, writer, patterns }: Objects, compare: Compare): readonly Found[] {
  const names = new Set([...writer.properties.keys(), ...reader.properties.keys()]);
  return [...names].flatMap((name) => {
    const [read, written] = [reader.properties.get(name), writer.properties.get(name)];
    if (read !== undefined && written !== undefined) return at(name, compare(read, written));
    if (written !== undefined) return at(name, removed(name, { reader, written, patterns, compare }));
    return read === undefined ? [] : at(name, added(name, { reader, writer, patterns, read, compare }));
  });
}

/** A property that was written and is not described any more: what is read is open for it, or it is not. */
function removed(
  name: string,
  {
    reader,
    written,
    patterns,
    compare,
  }: {
    readonly reader: ObjectSchema;
    readonly written: JsonSchemaNode;
    readonly patterns: PropertyPatterns;
    readonly compare: Compare;
  },
): readonly Found[] {
  if (isOpen(reader)) return [];
  const covering = coveringSchema(reader, name, patterns);
  if (covering !== undefined) {
    const differences = compare(covering, written);
    if (differences.length === 0) return [];
    return [...differences, ...found('PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL')];
  }
  return written.kind === 'none' ? [] : found('PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL');
}

/** A property that is described only now: where it was open for anything, anything may have been written. */
function added(
  name: string,
  {
    reader,
    writer,
    patterns,
    read,
    compare,
  }: Objects & { readonly read: JsonSchemaNode; readonly compare: Compare },
): readonly Found[] {
  const isRequired = reader.required.has(name);
  const hasDefault = read.default !== undefined;
  if (isOpen(writer)) {
    if (read.kind === 'any') return [];
    if (!isRequired) return found('OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL');
    return found(
      hasDefault
        ? 'REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL'
        : 'REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL',
    );
  }
  const covering = coveringSchema(writer, name, patterns);
  const differences = covering === undefined ? [] : compare(read, covering);
  return [
    ...differences,
    ...(differences.length === 0 ? [] : found('PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL')),
    ...(isRequired && !hasDefault ? found('REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL') : []),
  ];
}

/** Whether properties that are not described may be anything. */
function isOpen({ patternProperties, additionalProperties }: ObjectSchema): boolean {
  return patternProperties.length === 0 && additionalProperties === undefined;
}

/** What a property that is not described has to be, where something is said of it. */
function coveringSchema(
  schema: ObjectSchema,
  name: string,
  patterns: PropertyPatterns,
): JsonSchemaNode | undefined {
  for (const [pattern, covering] of schema.patternProperties) {
    if (patterns.matches(pattern, name)) return covering;
  }
  const { additionalProperties } = schema;
  return additionalProperties === false ? undefined : additionalProperties;
}

/** Compares what further properties, or items, have to be. */
export function further(
  reader: Further,
  writer: Further,
  compare: Compare,
  rules: FurtherRules = PROPERTY_RULES,
): readonly Found[] {
  if (reader === false) return writer === false ? [] : found(rules.removed);
  if (writer === false || reader === undefined) return [];
  return writer === undefined ? found(rules.narrowed) : compare(reader, writer);
}

interface FurtherRules {
  readonly removed: 'ADDITIONAL_PROPERTIES_REMOVED' | 'ADDITIONAL_ITEMS_REMOVED';
  readonly narrowed: 'ADDITIONAL_PROPERTIES_NARROWED' | 'ADDITIONAL_ITEMS_NARROWED';
}

const PROPERTY_RULES: FurtherRules = {
  removed: 'ADDITIONAL_PROPERTIES_REMOVED',
  narrowed: 'ADDITIONAL_PROPERTIES_NARROWED',
};

export const ITEM_RULES: FurtherRules = {
  removed: 'ADDITIONAL_ITEMS_REMOVED',
  narrowed: 'ADDITIONAL_ITEMS_NARROWED',
};

function dependencies({ reader, writer }: Objects, compare: Compare): readonly Found[] {
  const arrays = [...reader.propertyDependencies].flatMap(([name, read]) =>
    at(name, dependencyArray(read, writer.propertyDependencies.get(name))),
  );
  const schemas = [...reader.schemaDependencies].flatMap(([name, read]) => {
    const written = writer.schemaDependencies.get(name);
    return at(name, written === undefined ? found('DEPENDENCY_SCHEMA_ADDED') : compare(read, written));
  });
  return [...arrays, ...schemas];
}

function dependencyArray(
  read: ReadonlySet<string>,
  written: ReadonlySet<string> | undefined,
): readonly Found[] {
  if (written === undefined) return found('DEPENDENCY_ARRAY_ADDED');
  if ([...read].every((name) => written.has(name))) return [];
  const isExtended = [...written].every((name) => read.has(name));
  return found(isExtended ? 'DEPENDENCY_ARRAY_EXTENDED' : 'DEPENDENCY_ARRAY_CHANGED');
}
