import type { RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { near } from './refusal.ts';

/** Streams of rows that are inserted (`/inserts-stream`). */
export const insertsMessages = {
  unknownTarget: (name: string, known: readonly string[]) => ({
    message: `Cannot insert values into an unknown stream: ${quoteName(name)}`,
    ...near(nearestName(name, known)),
  }),
  table: () => ({ message: 'Cannot insert into a table' }),
  windowed: () => ({ message: 'Cannot insert values into windowed stream' }),
  readOnly: (name: string) => ({ message: `Cannot insert values into read-only stream: ${name}` }),
  readOnlyTopic: (topic: string) => ({ message: `Cannot insert values into read-only topic: ${topic}` }),
  notObject: () => ({ message: 'Invalid JSON in inserts stream' }),
  keyMissing: (column: string) => ({ message: `Key field must be specified: ${column}` }),
  fieldTwice: (name: string) => ({ message: `Found non-unique field name: ${name}` }),
  /** @param kind the class that Java would have the value in. */
  type: (kind: string, type: SqlType) => ({
    message: `Can't coerce a field of type class ${kind} into type ${printType(type)}`,
  }),
} satisfies RefusalFamily;
