import { Decimal } from '../model/decimal.ts';
import { readDecimal } from '../model/decimal-bytes.ts';
import { parseInt32, parseInt64 } from '../model/int64.ts';
import { parseDouble, printDouble } from '../model/java-double.ts';
import { printType, type SqlType } from '../model/sql-type.ts';
import type { SqlValue } from '../model/sql-value.ts';
import { SerdeError } from '../model/serde-error.ts';
import { timeOfDay } from '../model/time-of-day.ts';

/** Prints a value, which is not null, as a field. */
export function fieldPrinter(type: SqlType): (value: SqlValue) => string {
  switch (type.kind) {
    case 'DOUBLE':
      return (value) => printDouble(value as number);
    case 'DECIMAL':
      return (value) => (value as Decimal).toPlainString();
    case 'BYTES':
      return (value) => (value as Buffer).toString('base64');
    default:
      return String;
  }
}

/** Reads a field that is not empty. @throws {SerdeError} when it is not of the type. */
export function fieldReader(type: SqlType): (text: string) => SqlValue {
  switch (type.kind) {
    case 'STRING':
      return (text) => text;
    case 'BOOLEAN':
      return (text) => text.toLowerCase() === 'true';
    case 'INTEGER':
      return (text) => required(parseInt32(text), text, type);
    case 'BIGINT':
      return (text) => required(parseInt64(text), text, type);
    case 'DOUBLE':
      return (text) => required(parseDouble(text), text, type);
    case 'TIME':
      return (text) => timeOfDay(Number(required(parseInt64(text), text, type)));
    case 'DATE':
    case 'TIMESTAMP':
      return (text) => Number(required(parseInt64(text), text, type));
    case 'DECIMAL':
      return (text) => readDecimal(required(Decimal.parse(text), text, type), type.precision, type.scale);
    case 'BYTES':
      return (text) => Buffer.from(text, 'base64');
    default:
      throw new SerdeError(`The 'DELIMITED' format does not support type '${type.kind}'`);
  }
}

function required<T>(value: T | undefined, text: string, type: SqlType): T {
  if (value === undefined) throw new SerdeError(`not a value of type ${printType(type)}: '${text}'`);
  return value;
}
