import type { ColumnReference, Dereference, LambdaVariable, Subscript } from '../../../grammar/ast.ts';
import { BIGINT } from '../../serde/model/sql-type.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { type Binder, mistake, node } from './binder.ts';
import { convert } from './conversion.ts';
import type { BoundExpression } from './nodes.ts';

export function bindColumn(syntax: ColumnReference, { options }: Binder): BoundExpression {
  const { name, source } = syntax;
  const found = options.scope.resolveColumn(syntax);
  if (found === undefined) {
    throw mistake(
      syntax,
      expressionMessages.unknownColumn(source === undefined ? name : `${source}.${name}`),
    );
  }
  const { type, index, isRecordTime = false } = found;
  return node({ kind: 'Column', type, index, name, isRecordTime, syntax });
}

export function bindLambdaVariable(syntax: LambdaVariable, { parameters }: Binder): BoundExpression {
  const binding = parameters.findLast(({ name }) => name === syntax.name);
  if (binding === undefined) throw mistake(syntax, expressionMessages.unknownLambdaVariable(syntax.name));
  return node({ kind: 'Parameter', type: binding.type, binding, syntax });
}

/** A field of a null struct is null. */
export function bindDereference(syntax: Dereference, binder: Binder): BoundExpression {
  const base = binder.bind(syntax.base, binder);
  if (base.type?.kind !== 'STRUCT') {
    throw mistake(syntax, expressionMessages.notStruct(base.type));
  }
  const index = base.type.fields.findIndex((field) => field.name === syntax.field);
  const field = base.type.fields[index];
  if (field === undefined) {
    throw mistake(
      syntax,
      expressionMessages.unknownField({ field: syntax.field, base: syntax.base, type: base.type }),
    );
  }
  return node({ kind: 'Field', type: field.type, base, index, syntax });
}

/** Arrays are asked for a position, maps for a key. */
export function bindSubscript(syntax: Subscript, binder: Binder): BoundExpression {
  const base = binder.bind(syntax.base, binder);
  const index = binder.bind(syntax.index, binder);
  const { type } = base;
  if (type?.kind === 'ARRAY') {
    if (index.type?.kind !== 'INTEGER' && index.type?.kind !== 'BIGINT') {
      throw mistake(syntax.index, expressionMessages.arrayIndex(index.type));
    }
    return node({ kind: 'Subscript', type: type.element, base, index, syntax });
  }
  if (type?.kind === 'MAP') {
    const key = convert(index, type.key.kind === 'INTEGER' ? BIGINT : type.key) ?? index;
    return node({ kind: 'Subscript', type: type.value, base, index: key, syntax });
  }
  throw mistake(syntax, expressionMessages.container(type));
}
