import { overloadWithNulls, boundOverload, type ScalarOverload, type ArgumentType } from '../definition.ts';
import { Decimal } from '../../../serde/model/decimal.ts';
import { decimalType, type SqlType, type DecimalType } from '../../../serde/model/sql-type.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { compareValues } from '../../values/compare.ts';
import { widerDecimal } from '../../types/decimal-types.ts';

/** The decimal type that holds the values of all decimal arguments. */
function widestDecimal(argumentTypes: readonly ArgumentType[]): SqlType {
  let widest: DecimalType | undefined;
  for (const type of argumentTypes) {
    if (type?.kind !== 'DECIMAL') continue;
    widest = widest === undefined ? type : widerDecimal(widest, type);
  }
  return widest ?? decimalType(1, 0);
}

/** The overloads of GREATEST and LEAST: nulls are left out. */
export function extremeOverloads(better: (order: number) => boolean): readonly ScalarOverload[] {
  const choose = (values: readonly SqlValue[]): SqlValue => {
    let best: SqlValue = null;
    for (const value of values) {
      if (value !== null && (best === null || better(compareValues(value, best)))) best = value;
    }
    return best;
  };
  const types = ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP'];
  return [
    ...types.map((type) =>
      overloadWithNulls([`val ${type}`, `vals ${type}...`], type, (...values) =>
        choose(values as SqlValue[]),
      ),
    ),
    boundOverload(['val DECIMAL', 'vals DECIMAL...'], widestDecimal, ({ returnType }) => (...values) => {
      const best = choose(values);
      return best instanceof Decimal && returnType.kind === 'DECIMAL'
        ? best.withScale(returnType.scale, 'UNNECESSARY')
        : best;
    }),
  ];
}
