import { mapType, arrayType, sameType, type SqlType, structType } from '../../serde/model/sql-type.ts';
import { asDecimalType, widerDecimal } from './decimal-types.ts';

const numericRank = { INTEGER: 1, BIGINT: 2, DECIMAL: 3, DOUBLE: 4 } as const;

function rankOf(type: SqlType): number | undefined {
  return (numericRank as Readonly<Record<string, number>>)[type.kind];
}

export function isNumeric(type: SqlType): boolean {
  return rankOf(type) !== undefined;
}

/**
 * Whether a function's argument of type `from` may stand for a parameter of type `to` without a CAST:
 * INTEGER → BIGINT → DECIMAL → DOUBLE, STRING → DATE, TIME, TIMESTAMP and BYTES, collections by their elements.
 */
export function canImplicitlyCast(from: SqlType, to: SqlType): boolean {
  if (sameType(from, to)) return true;
  const fromRank = rankOf(from);
  const toRank = rankOf(to);
  if (fromRank !== undefined && toRank !== undefined) return fromRank <= toRank;
  if (from.kind === 'STRING') {
    return to.kind === 'DATE' || to.kind === 'TIME' || to.kind === 'TIMESTAMP' || to.kind === 'BYTES';
  }
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return canImplicitlyCast(from.element, to.element);
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    return canImplicitlyCast(from.key, to.key) && canImplicitlyCast(from.value, to.value);
  }
  return false;
}

/** The wider of two numeric types, or undefined where one is not numeric. */
export function widerNumeric(a: SqlType, b: SqlType): SqlType | undefined {
  const rankA = rankOf(a);
  const rankB = rankOf(b);
  if (rankA === undefined || rankB === undefined) return undefined;
  const wide = rankA >= rankB ? a : b;
  if (wide.kind !== 'DECIMAL') return wide;
  const decimalA = asDecimalType(a);
  const decimalB = asDecimalType(b);
  return decimalA === undefined || decimalB === undefined ? wide : widerDecimal(decimalA, decimalB);
}

/**
 * The type that values of both types become in a list of expressions (CASE, IN, constructors): numbers widen, structs
 * take the union of their fields, collections go by their elements. Undefined where there is none.
 */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (sameType(a, b)) return a;
  const numeric = widerNumeric(a, b);
  if (numeric !== undefined) return numeric;
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') {
    const element = commonType(a.element, b.element);
    return element === undefined ? undefined : arrayType(element);
  }
  if (a.kind === 'MAP' && b.kind === 'MAP') {
    const key = commonType(a.key, b.key);
    const value = commonType(a.value, b.value);
    return key === undefined || value === undefined ? undefined : mapType(key, value);
  }
  if (a.kind === 'STRUCT' && b.kind === 'STRUCT') {
    const fields = new Map(a.fields.map((field) => [field.name, field.type]));
    for (const { name, type } of b.fields) {
      const known = fields.get(name);
      const merged = known === undefined ? type : commonType(known, type);
      if (merged === undefined) return undefined;
      fields.set(name, merged);
    }
    return structType([...fields].map(([name, type]) => ({ name, type })));
  }
  return undefined;
}
