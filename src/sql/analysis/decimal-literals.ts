import type { Expression } from '../../../grammar/ast.ts';
import { Decimal } from '../../serde/model/decimal.ts';
import type { DecimalType } from '../../serde/model/sql-type.ts';
import { decimalTypeOf, literalValue } from '../bound/literals.ts';
import type { LogicalSchema } from '../types/logical-schema.ts';
import type { AnalyzedQuery } from './analyze-query.ts';

/** Numbers that are selected for a DECIMAL column of an existing stream are written with its digits, where they fit into it. */
export function withDecimalLiterals(query: AnalyzedQuery, target: LogicalSchema): AnalyzedQuery {
  const select = query.select.map((item) => {
    if (!('expression' in item)) return item;
    const type = target.find(item.name)?.type;
    return type?.kind === 'DECIMAL' && isLiteralOf(item.expression, type)
      ? { ...item, expression: castTo(item.expression, type) }
      : item;
  });
  return { ...query, select };
}

function isLiteralOf(expression: Expression, { precision, scale }: DecimalType): boolean {
  const value = literalValue(expression)?.value;
  const number = typeof value === 'bigint' || typeof value === 'number' ? decimalOf(value) : value;
  if (!(number instanceof Decimal)) return false;
  const own = decimalTypeOf(number);
  return own.kind === 'DECIMAL' && own.scale <= scale && own.precision - own.scale <= precision - scale;
}

function decimalOf(value: number | bigint): Decimal {
  return Number.isSafeInteger(value) || typeof value === 'bigint'
    ? Decimal.fromInt64(value)
    : Decimal.fromDouble(value);
}

function castTo(operand: Expression, { precision, scale }: DecimalType): Expression {
  const { span } = operand;
  return { kind: 'Cast', operand, type: { kind: 'DecimalType', precision, scale, span }, span };
}
