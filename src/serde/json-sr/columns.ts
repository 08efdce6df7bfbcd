import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  type SqlType,
  STRING,
  type StructField,
  structType,
  TIME,
  TIMESTAMP,
} from '../model/sql-type.ts';
import { CONNECT_DATA, CONNECT_PRECISION_DEFAULT } from '../schemas/connect.ts';
import { choiceName } from './choices.ts';
import type { SchemaNode } from './schema-node.ts';

/** The SQL type that ksqlDB infers of a JSON Schema, by way of Connect's; undefined where there is none. */
export function inferJsonType(node: SchemaNode): SqlType | undefined {
  switch (node.kind) {
    case 'null':
      return undefined;
    case 'boolean':
      return BOOLEAN;
    case 'string':
      return node.notes.connectType === 'bytes' ? BYTES : STRING;
    case 'integer':
      return wholeNumberType(node.notes);
    case 'number': {
      if (node.notes.title !== `${CONNECT_DATA}Decimal`) return DOUBLE;
      const { scale, 'connect.decimal.precision': precision } = node.notes.parameters;
      return decimalType(Number(precision ?? CONNECT_PRECISION_DEFAULT), Number(scale ?? 0));
    }
    case 'array': {
      if (node.isMap) return inferEntries(node.items);
      const element = node.items === undefined ? undefined : inferJsonType(node.items);
      return element === undefined ? undefined : arrayType(element);
    }
    case 'object': {
      if (node.values === undefined) return structType(inferJsonFields(node.fields));
      const value = inferJsonType(node.values);
      return value === undefined ? undefined : mapType(STRING, value);
    }
    case 'choice':
      return structType(
        inferJsonFields(node.choices.map((choice, index) => ({ name: choiceName(index), node: choice }))),
      );
  }
}

/** The fields that have a SQL type. */
function inferJsonFields(
  fields: readonly { readonly name: string; readonly node: SchemaNode }[],
): readonly StructField[] {
  return fields.flatMap(({ name, node }) => {
    const type = inferJsonType(node);
    return type === undefined ? [] : [{ name, type }];
  });
}

function wholeNumberType({
  connectType,
  title,
}: {
  readonly connectType?: string;
  readonly title?: string;
}): SqlType {
  if (title === `${CONNECT_DATA}Date`) return DATE;
  if (title === `${CONNECT_DATA}Time`) return TIME;
  if (title === `${CONNECT_DATA}Timestamp`) return TIMESTAMP;
  return connectType === 'int8' || connectType === 'int16' || connectType === 'int32' ? INTEGER : BIGINT;
}

/** A map as an array of entries. */
function inferEntries(items: SchemaNode | undefined): SqlType | undefined {
  const fields = items?.kind === 'object' ? inferJsonFields(items.fields) : [];
  const key = fields.find(({ name }) => name === 'key')?.type;
  const value = fields.find(({ name }) => name === 'value')?.type;
  return key?.kind === 'STRING' && value !== undefined ? mapType(STRING, value) : undefined;
}
