import type { Difference } from '../parsed-schema.ts';

/** The rules of Avro's schema resolution, under the names of its Java library (`SchemaIncompatibilityType`). */
export type AvroRule =
  | 'NAME_MISMATCH'
  | 'FIXED_SIZE_MISMATCH'
  | 'MISSING_ENUM_SYMBOLS'
  | 'READER_FIELD_MISSING_DEFAULT_VALUE'
  | 'TYPE_MISMATCH'
  | 'MISSING_UNION_BRANCH';

interface AvroPlace {
  readonly path: string;
  /** What the library adds to the rule: the symbols, the field, the sizes. */
  readonly info: string;
}

type Description = (place: AvroPlace, reader: string, writer: string) => string;

/** Confluent's words for each rule. */
const DESCRIPTIONS: Readonly<Record<AvroRule, Description>> = {
  NAME_MISMATCH: ({ path }) => `The name of the schema has changed (path '${path}')`,
  FIXED_SIZE_MISMATCH: ({ path }, reader, writer) =>
    `The size of FIXED type field at path '${path}' in the ${reader} schema does not match with the ${writer} schema`,
  MISSING_ENUM_SYMBOLS: ({ path, info }, reader, writer) =>
    `The ${reader} schema is missing enum symbols '${info}' at path '${path}' in the ${writer} schema`,
  READER_FIELD_MISSING_DEFAULT_VALUE: ({ path, info }, reader, writer) =>
    `The field '${info}' at path '${path}' in the ${reader} schema has no default value and is missing in the ${writer} schema`,
  TYPE_MISMATCH: ({ path }, reader, writer) =>
    `The type (path '${path}') of a field in the ${reader} schema does not match with the ${writer} schema`,
  MISSING_UNION_BRANCH: ({ path }, reader, writer) =>
    `The ${reader} schema is missing a type inside a union field at path '${path}' in the ${writer} schema`,
};

export function avroDifference(type: AvroRule, place: AvroPlace): Difference {
  return {
    type,
    path: place.path,
    message: (reader, writer) =>
      `{errorType:'${type}', description:'${DESCRIPTIONS[type](place, reader, writer)}', additionalInfo:'${place.info}'}`,
  };
}

/** What Confluent's registry says where the comparison itself fails. */
export function unexpected(reason: string): Difference {
  return {
    type: 'UNEXPECTED',
    path: '/',
    message: () => `Unexpected exception during compatibility check: ${reason}`,
  };
}
