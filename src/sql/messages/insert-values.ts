import type { RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { near } from './refusal.ts';

/** INSERT INTO … VALUES. */
export const insertValuesMessages = {
  disabled: () => ({
    message:
      'The server has disabled INSERT INTO ... VALUES functionality. To enable it, restart your ksqlDB server ' +
      "with 'ksql.insert.into.values.enabled'=true",
  }),
  unknownTarget: (name: string) => ({
    message: `Cannot insert values into an unknown stream/table: ${quoteName(name)}`,
  }),
  readOnly: (kind: string, name: string) => ({
    message: `Cannot insert values into read-only ${kind.toLowerCase()}: ${name}`,
  }),
  readOnlyTopic: (topic: string) => ({ message: `Cannot insert values into read-only topic: ${topic}` }),
  windowed: () => ({
    message: 'Cannot insert values into windowed stream/table!',
    hint: 'its keys carry windows, which a query makes',
  }),
  /** The statement names its columns: known while it is parsed. */
  countOfNamed: (columns: readonly string[], values: readonly string[]) => ({
    message: `Expected number columns and values to match: [${columns.join(', ')}], [${values.join(', ')}]`,
  }),
  count: (columns: readonly string[], values: readonly string[]) => ({
    message:
      `Expected a value for each column. Expected Columns: [${columns.map(quoteName).join(', ')}]. ` +
      `Got [${values.join(', ')}]`,
  }),
  columnTwice: (column: string) => ({ message: `Column name ${quoteName(column)} is given twice.` }),
  pseudoColumn: (column: string) => ({
    message: `Inserting into column ${quoteName(column)} is not allowed.`,
  }),
  unknownColumn: (column: string, known: readonly string[]) => ({
    message: `Column name ${quoteName(column)} does not exist.`,
    ...near(nearestName(column, known)),
  }),
  headers: (columns: readonly string[]) => ({
    message: `Cannot insert into HEADER columns: ${columns.join(', ')}`,
  }),
  type: (facts: {
    readonly column: string;
    readonly expected: SqlType;
    readonly type: SqlType;
    /** The value as it is written. */
    readonly text: string;
  }) => ({
    message:
      `Expected type ${printType(facts.expected)} for field ${quoteName(facts.column)} ` +
      `but got ${printType(facts.type)}(${facts.text})`,
  }),
  /** What evaluating or converting a value says. */
  value: (reason: string) => ({ message: reason }),
  /** A row of a table is what its key says: it needs all of it. */
  keyMissing: (columns: readonly string[]) => ({
    message: `Value for primary key column(s) ${columns.join(', ')} is required for tables`,
  }),
  rowtimeNegative: (timestamp: number) => ({ message: `ROWTIME must not be negative: ${timestamp}` }),
  rowtimeTooLate: (timestamp: number) => ({
    message: `ROWTIME must be below 2^53 milliseconds since 1970: ${timestamp}`,
  }),
  timestampColumn: (column: string, value: string, format: string | undefined) => ({
    message: `The row would be dropped: its TIMESTAMP column ${quoteName(column)} holds no timestamp: ${value}`,
    hint: format === undefined ? 'it is a number of milliseconds since 1970' : `it is written as ${format}`,
  }),
} satisfies RefusalFamily;
