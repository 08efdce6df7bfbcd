import type { ColumnReference, Dereference, LambdaVariable, Subscript } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/index.ts';
import { BIGINT, INTEGER, printType } from '../../serde/model/sql-type.ts';
import type { SqlMap, SqlValue } from '../../serde/model/sql-value.ts';
import { apply, type Code, definite } from './code.ts';
import { type Context, mistake } from './context.ts';
import { convert } from './conversion.ts';

export function buildColumn(node: ColumnReference, context: Context): Code {
  const binding = context.options.scope.resolveColumn(node.name, node.source);
  if (binding === undefined) {
    const name = node.source === undefined ? node.name : `${node.source}.${node.name}`;
    throw mistake(node, `Unknown column ${name}.`);
  }
  const js =
    binding.from === 'record'
      ? `record[${JSON.stringify(binding.field)}]`
      : `${binding.from}[${binding.index}]`;
  return { type: binding.type, js, nullable: true, strict: false };
}

export function buildLambdaVariable(node: LambdaVariable, context: Context): Code {
  const parameter = context.lambdaParameters.findLast(({ name }) => name === node.name);
  if (parameter === undefined) throw mistake(node, `Unknown lambda variable ${node.name}.`);
  return { type: parameter.type, js: parameter.js, nullable: true, strict: false };
}

/** A field of a null struct is null. */
export function buildDereference(node: Dereference, context: Context): Code {
  const base = context.build(node.base, context);
  if (base.type?.kind !== 'STRUCT') {
    throw mistake(node, `Expected STRUCT type, got: ${base.type === null ? 'null' : printType(base.type)}`);
  }
  const index = base.type.fields.findIndex((field) => field.name === node.field);
  const field = base.type.fields[index];
  if (field === undefined) {
    throw mistake(node, `Could not find field '${node.field}' in '${formatExpression(node.base)}'.`);
  }
  const struct = definite(context.builder, base);
  const js = apply(context.builder, [struct], ([operand]) => `${operand}[${index}]`);
  return { type: field.type, js, nullable: true, strict: false };
}

/** Arrays count from 1, and from the end below 0; beyond either end is null. Maps are asked for a key. */
export function buildSubscript(node: Subscript, context: Context): Code {
  const { builder } = context;
  const base = definite(builder, context.build(node.base, context));
  const index = definite(builder, context.build(node.index, context));
  if (base.type?.kind === 'ARRAY') {
    if (
      index.type === null ||
      convert(context, index, INTEGER) === undefined ||
      !/^(INTEGER|BIGINT)$/.test(index.type.kind)
    ) {
      throw mistake(
        node.index,
        `Array subscript must be an integer, was ${index.type === null ? 'null' : printType(index.type)}`,
      );
    }
    const js = apply(
      builder,
      [base, index],
      ([array, at]) => `${builder.capture(elementAt)}(${array}, ${at})`,
    );
    return { type: base.type.element, js, nullable: true, strict: false };
  }
  if (base.type?.kind === 'MAP') {
    const key = convert(context, index, base.type.key.kind === 'INTEGER' ? BIGINT : base.type.key) ?? index;
    const js = apply(builder, [base, key], ([map, at]) => `${builder.capture(entryAt)}(${map}, ${at})`);
    return { type: base.type.value, js, nullable: true, strict: false };
  }
  throw mistake(
    node,
    `Subscript is only for ARRAY and MAP, not ${base.type === null ? 'null' : printType(base.type)}`,
  );
}

function elementAt(array: readonly SqlValue[], position: number | bigint): SqlValue {
  const index = Number(position);
  return array[index >= 0 ? index - 1 : array.length + index] ?? null;
}

function entryAt(map: SqlMap, key: SqlValue): SqlValue {
  return map.get(key) ?? null;
}
