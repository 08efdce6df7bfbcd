import type {
  ArrayConstructor,
  Expression,
  MapConstructor,
  StructConstructor,
} from '../../../grammar/ast.ts';
import {
  arrayType,
  mapType,
  type SqlType,
  type StructField,
  structType,
} from '../../serde/model/sql-type.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { type Binder, guard, mistake, node } from './binder.ts';
import { coerce } from './coercion.ts';
import type { Item, ItemList } from './item.ts';
import { typeWith } from './list-type.ts';
import type { BoundExpression } from './nodes.ts';

/** Expressions that become one type. The type is null when all of them are NULL. */
export function bindList(
  expressions: readonly Expression[],
  binder: Binder,
): { readonly type: SqlType | null; readonly elements: readonly BoundExpression[] } {
  const { type, items } = bindItems(expressions, binder);
  return { type, elements: items.map((item) => coerce(item, type, 'shared')) };
}

/** A constructor. An element that fails to evaluate is null; the others stay. */
export function bindConstructor(
  syntax: ArrayConstructor | MapConstructor | StructConstructor,
  binder: Binder,
): BoundExpression {
  return bindItem(syntax, binder).bound;
}

function bindItems(expressions: readonly Expression[], binder: Binder): ItemList {
  let type: SqlType | null = null;
  const items = expressions.map((expression) => {
    const item = bindItem(expression, binder);
    type = typeWith(type, item);
    return item;
  });
  return { type, items };
}

function bindItem(syntax: Expression, binder: Binder): Item {
  switch (syntax.kind) {
    case 'ArrayConstructor':
      return bindArray(syntax, binder);
    case 'MapConstructor':
      return bindMap(syntax, binder);
    case 'StructConstructor':
      return bindStruct(syntax, binder);
    default:
      return { syntax, bound: binder.bind(syntax, binder) };
  }
}

function bindArray(syntax: ArrayConstructor, binder: Binder): Item {
  if (syntax.elements.length === 0) {
    throw mistake(syntax, expressionMessages.emptyArray());
  }
  const { type, items } = bindItems(syntax.elements, binder);
  if (type === null) {
    throw mistake(syntax, expressionMessages.arrayOfNulls());
  }
  const elements = items.map((item) => coerce(item, type, 'own'));
  const bound = node({ kind: 'Array', type: arrayType(type), elements, syntax });
  return { syntax, bound, parts: { of: 'ARRAY', elements: items } };
}

function bindMap(syntax: MapConstructor, binder: Binder): Item {
  if (syntax.entries.length === 0) {
    throw mistake(syntax, expressionMessages.emptyMap());
  }
  const keys = listOfOneType(
    syntax.entries.map(({ key }) => key),
    binder,
  );
  const values = listOfOneType(
    syntax.entries.map(({ value }) => value),
    binder,
  );
  if (keys.type === null) {
    throw mistake(syntax, expressionMessages.mapOfNulls('key'));
  }
  if (values.type === null) {
    throw mistake(syntax, expressionMessages.mapOfNulls('value'));
  }
  const bound = node({
    kind: 'Map',
    type: mapType(keys.type, values.type),
    keys: keys.elements,
    values: values.elements,
    syntax,
  });
  return { syntax, bound, parts: { of: 'MAP', keys: keys.items, values: values.items } };
}

function listOfOneType(
  expressions: readonly Expression[],
  binder: Binder,
): ItemList & { readonly elements: readonly BoundExpression[] } {
  const { type, items } = bindItems(expressions, binder);
  return { type, items, elements: items.map((item) => coerce(item, type, 'own')) };
}

function bindStruct(syntax: StructConstructor, binder: Binder): Item {
  const types: StructField[] = [];
  const fields = syntax.fields.map(({ name, value }) => {
    const item = bindItem(value, binder);
    if (item.bound.type === null) {
      throw mistake(value, expressionMessages.typeOfNull());
    }
    types.push({ name, type: item.bound.type });
    return { name, value: item };
  });
  const type = structOf(types, syntax);
  const values = fields.map(({ value }) => guard(value.bound, value.syntax));
  const bound = node({ kind: 'Struct', type, values, syntax });
  return { syntax, bound, parts: { of: 'STRUCT', fields } };
}

function structOf(fields: readonly StructField[], syntax: StructConstructor): SqlType {
  try {
    return structType(fields);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw mistake(syntax, expressionMessages.type(error.message));
  }
}
