import type { ArgumentType, ParameterText, ReturnText, ScalarOverload } from '../definition.ts';
import { Decimal, fitDecimal } from '../../../serde/model/decimal.ts';
import { decimalType, type SqlType } from '../../../serde/model/sql-type.ts';

/** A decimal rounded to so many places (tens, hundreds… if negative), at the scale that it has. */
export function atPlaces(
  value: Decimal,
  places: number,
  rounded: (value: Decimal, places: number) => Decimal,
): Decimal {
  return places >= value.scale ? value : rounded(value, places).withScale(value.scale, 'UNNECESSARY');
}

/** A double rounded to so many places, by its decimal digits. */
export function doubleAtPlaces(
  value: number,
  places: number,
  rounded: (value: Decimal, places: number) => Decimal,
): number {
  if (!Number.isFinite(value)) throw new RangeError(`not a finite number: ${value}`);
  const decimal = Decimal.fromDouble(value);
  return places >= decimal.scale ? value : rounded(decimal, places).toNumber();
}

/** The type of a decimal without its places. */
export function wholeType(argumentTypes: readonly ArgumentType[]): SqlType {
  const type = argumentTypes[0];
  return type?.kind === 'DECIMAL'
    ? decimalType(Math.max(type.precision - type.scale, 1), 0)
    : decimalType(1, 0);
}

/** An overload that rounds decimals: -9999.01 rounded down has a digit more than its type, and fails as its cast does. */
export function roundingOverload(
  parameters: readonly ParameterText[],
  returns: ReturnText,
  round: (value: Decimal, places: number) => Decimal,
): ScalarOverload {
  return {
    parameters,
    returns,
    nulls: 'propagate',
    bind({ returnType }) {
      if (returnType.kind !== 'DECIMAL') return round;
      const { precision, scale } = returnType;
      return (value: Decimal, places: number) => fitDecimal(round(value, places), precision, scale);
    },
  };
}
