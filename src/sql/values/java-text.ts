import type { Decimal } from '../../serde/model/decimal.ts';
import { printDouble } from '../../serde/model/java-double.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SqlMap, SqlValue } from '../../serde/model/sql-value.ts';
import { printDate, printTime, printTimestamp } from './iso-time.ts';

/**
 * The text of a value as CAST to STRING gives it: collections as Java prints them (`[1, null]`, `{K=1}`), structs as
 * Kafka Connect does, without the fields that are null (`Struct{A=1,b=2}`). Undefined where the type has no text.
 */
export function textPrinter(type: SqlType): ((value: SqlValue) => string) | undefined {
  switch (type.kind) {
    case 'DOUBLE':
      return (value) => printDouble(value as number);
    case 'DECIMAL':
      return (value) => (value as Decimal).toPlainString();
    case 'DATE':
      return (value) => printDate(value as number);
    case 'TIME':
      return (value) => printTime(value as number);
    case 'TIMESTAMP':
      return (value) => printTimestamp(value as number);
    case 'BYTES':
      return undefined;
    case 'ARRAY': {
      const print = elementPrinter(type.element);
      return (value) => `[${(value as readonly SqlValue[]).map(print).join(', ')}]`;
    }
    case 'MAP': {
      const printKey = elementPrinter(type.key);
      const print = elementPrinter(type.value);
      return (value) =>
        `{${[...(value as SqlMap)].map(([key, entry]) => `${printKey(key)}=${print(entry)}`).join(', ')}}`;
    }
    case 'STRUCT': {
      const printers = type.fields.map((field) => elementPrinter(field.type));
      return (value) =>
        `Struct{${(value as readonly SqlValue[])
          .flatMap((field, index) =>
            field === null ? [] : `${type.fields[index]?.name}=${printers[index]?.(field)}`,
          )
          .join(',')}}`;
    }
    default:
      return String;
  }
}

function elementPrinter(type: SqlType): (value: SqlValue) => string {
  const print =
    textPrinter(type) ??
    ((value) =>
      `java.nio.HeapByteBuffer[pos=0 lim=${(value as Buffer).length} cap=${(value as Buffer).length}]`);
  return (value) => (value === null ? 'null' : print(value));
}
