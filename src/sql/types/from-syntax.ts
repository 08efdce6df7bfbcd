import type { TypeNode } from '../../../grammar/ast.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import {
  arrayType,
  decimalType,
  mapType,
  primitiveTypes,
  type SqlType,
  structType,
} from '../../serde/model/sql-type.ts';

/**
 * The type that a piece of syntax names.
 * @param resolveCustom the type of a name from CREATE TYPE.
 * @throws {DiagnosticError} for an unknown name or impossible decimals.
 */
export function typeFromSyntax(
  node: TypeNode,
  resolveCustom: (name: string) => SqlType | undefined = () => undefined,
): SqlType {
  try {
    return resolve(node, resolveCustom);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DiagnosticError({ message: error.message, span: node.span });
  }
}

function resolve(node: TypeNode, resolveCustom: (name: string) => SqlType | undefined): SqlType {
  switch (node.kind) {
    case 'NamedType': {
      const primitive =
        node.quoted === true ? undefined : (primitiveTypes as Readonly<Record<string, SqlType>>)[node.name];
      const type = primitive ?? resolveCustom(node.name);
      if (type !== undefined) return type;
      throw unknownType(node);
    }
    case 'DecimalType':
      return decimalType(node.precision, node.scale);
    case 'ArrayType':
      return arrayType(resolve(node.element, resolveCustom));
    case 'MapType':
      return mapType(resolve(node.key, resolveCustom), resolve(node.value, resolveCustom));
    case 'StructType':
      return structType(
        node.fields.map((field) => ({ name: field.name, type: resolve(field.type, resolveCustom) })),
      );
  }
}

/** Types that are written with others, or with numbers, behind their name. */
const COMPOSED: Readonly<Record<string, string>> = {
  ARRAY: 'ARRAY<INT>',
  MAP: 'MAP<STRING, INT>',
  STRUCT: 'STRUCT<name STRING, age INT>',
  DECIMAL: 'DECIMAL(10, 2)',
  DEC: 'DECIMAL(10, 2)',
};

/** What other dialects call a type that is here under another name. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  TEXT: 'STRING',
  CHAR: 'STRING',
  NUMBER: 'DECIMAL(10, 2)',
  NUMERIC: 'DECIMAL(10, 2)',
  FLOAT: 'DOUBLE',
  REAL: 'DOUBLE',
  LONG: 'BIGINT',
  SMALLINT: 'INT',
  TINYINT: 'INT',
  BOOL: 'BOOLEAN',
  DATETIME: 'TIMESTAMP',
  BINARY: 'BYTES',
  BLOB: 'BYTES',
  JSON: 'STRING, from which EXTRACTJSONFIELD reads',
  UUID: 'STRING',
};

function unknownType({ name, span }: Extract<TypeNode, { kind: 'NamedType' }>): DiagnosticError {
  const known = Object.hasOwn(COMPOSED, name)
    ? `it is written as ${COMPOSED[name]}`
    : Object.hasOwn(OTHER_NAMES, name)
      ? `here it is ${OTHER_NAMES[name]}`
      : undefined;
  const suggestion =
    known === undefined
      ? nearestName(name, [...Object.keys(primitiveTypes), 'INT', 'VARCHAR', ...Object.keys(COMPOSED)])
      : undefined;
  return new DiagnosticError({
    message: `Cannot resolve unknown type: ${name}`,
    span,
    ...(suggestion === undefined ? {} : { suggestion }),
    hint: known ?? 'SHOW TYPES lists those that CREATE TYPE has made',
  });
}
