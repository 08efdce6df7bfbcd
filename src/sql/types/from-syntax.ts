import type { TypeNode } from '../../../grammar/ast.ts';
import { INT32_MAX } from '../../base/argument-checks.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { typeMessages } from '../messages/types.ts';
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
    throw new DiagnosticError({ ...expressionMessages.type(error.message), span: node.span });
  }
}

function resolve(node: TypeNode, resolveCustom: (name: string) => SqlType | undefined): SqlType {
  switch (node.kind) {
    case 'NamedType': {
      const primitive =
        node.quoted === true ? undefined : (primitiveTypes as Readonly<Record<string, SqlType>>)[node.name];
      const type = primitive ?? resolveCustom(node.name);
      if (type !== undefined) return type;
      throw new DiagnosticError({ ...typeMessages.unknown(node.name), span: node.span });
    }
    case 'DecimalType':
      return writtenDecimal(node.precision, node.scale);
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

/** What is computed of decimals may have more digits; what is written is a Java `int`. */
function writtenDecimal(precision: number, scale: number): SqlType {
  if (precision <= INT32_MAX) return decimalType(precision, scale);
  throw new RangeError(`DECIMAL precision must be <= ${INT32_MAX}: DECIMAL(${precision},${scale})`);
}
