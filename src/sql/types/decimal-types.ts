import { type DecimalType, decimalType, type SqlType } from '../../serde/model/sql-type.ts';
import type { ArithmeticOperator } from '../../../grammar/ast.ts';

/** The decimal type that holds every value of a numeric type: DECIMAL(10,0) for INTEGER, DECIMAL(19,0) for BIGINT. */
export function asDecimalType(type: SqlType): DecimalType | undefined {
  switch (type.kind) {
    case 'DECIMAL':
      return type;
    case 'INTEGER':
      return decimalType(10, 0);
    case 'BIGINT':
      return decimalType(19, 0);
    default:
      return undefined;
  }
}

/** The type of an arithmetic result, by ksqlDB's rules (those of SQL Server, without a limit of the precision). */
export function decimalResult(operator: ArithmeticOperator, a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  switch (operator) {
    case '+':
    case '-':
      return decimalType(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
    case '*':
      return decimalType(a.precision + b.precision + 1, a.scale + b.scale);
    case '/': {
      const quotientScale = Math.max(6, a.scale + b.precision + 1);
      return decimalType(a.precision - a.scale + b.scale + quotientScale, quotientScale);
    }
    case '%':
      return decimalType(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale);
  }
}

/** The narrowest decimal type that holds all values of both. */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  return decimalType(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}
