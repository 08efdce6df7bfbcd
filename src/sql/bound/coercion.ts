import { type SqlType, STRING } from '../../serde/model/sql-type.ts';
import { isNumeric } from '../types/casts.ts';
import { constant, guard, node } from './binder.ts';
import { convert } from './conversion.ts';
import type { Item } from './item.ts';
import { booleanOf, invalidSyntax, noOperator } from './list-type.ts';
import { decimalOfText, decimalTypeOf, literalValue } from './literals.ts';
import type { BoundExpression } from './nodes.ts';

/**
 * An item of a list as the type of the list.
 * @param failures `own`: a failing item makes only itself null.
 * @throws {DiagnosticError} where it cannot become one.
 */
export function coerce(item: Item, target: SqlType | null, failures: 'own' | 'shared'): BoundExpression {
  const { syntax, bound } = item;
  const plain = (): BoundExpression => (failures === 'own' ? guard(bound, syntax) : bound);
  if (target === null) return plain();
  const literal = literalValue(syntax);
  if (typeof literal?.value === 'string') return coerceText(literal.value, target, item);
  const converted = convert(rebuilt(item, target) ?? plain(), target);
  if (converted === undefined) throw noOperator(target, item);
  return converted;
}

function coerceText(text: string, target: SqlType, item: Item): BoundExpression {
  const { syntax } = item;
  if (target.kind === 'BOOLEAN') return constant(syntax, booleanOf(text) ?? null, target);
  const asText = constant(syntax, text, STRING);
  if (!isNumeric(target)) return convert(asText, target) ?? asText;
  const decimal = decimalOfText(text);
  if (decimal === undefined) throw invalidSyntax(target, text, item);
  return convert(constant(syntax, decimal, decimalTypeOf(decimal)), target) ?? asText;
}

/** A constructor whose parts become the parts of the target type. */
function rebuilt({ syntax, parts }: Item, target: SqlType): BoundExpression | undefined {
  if (parts?.of === 'ARRAY' && target.kind === 'ARRAY') {
    const elements = parts.elements.map((element) => coerce(element, target.element, 'shared'));
    return node({ kind: 'Array', type: target, elements, syntax });
  }
  if (parts?.of === 'MAP' && target.kind === 'MAP') {
    const keys = parts.keys.map((key) => coerce(key, target.key, 'shared'));
    const values = parts.values.map((value) => coerce(value, target.value, 'shared'));
    return node({ kind: 'Map', type: target, keys, values, syntax });
  }
  if (parts?.of === 'STRUCT' && target.kind === 'STRUCT') {
    const values = target.fields.map(({ name, type }) => {
      const given = parts.fields.find((field) => field.name === name);
      return given === undefined ? constant(syntax, null, type) : coerce(given.value, type, 'shared');
    });
    return node({ kind: 'Struct', type: target, values, syntax });
  }
  return undefined;
}
