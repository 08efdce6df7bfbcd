import type { RefusalFamily } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { primitiveTypes } from '../../serde/model/sql-type.ts';
import { near } from './refusal.ts';

/** Types that are written with others, or with numbers, behind their name. */
const COMPOSED: Readonly<Record<string, string>> = {
  ARRAY: 'ARRAY<INT>',
  MAP: 'MAP<STRING, INT>',
  STRUCT: 'STRUCT<name STRING, age INT>',
  DECIMAL: 'DECIMAL(10, 2)',
  DEC: 'DECIMAL(10, 2)',
};

/** What other dialects call a type that is here under another name. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  TEXT: 'STRING',
  CHAR: 'STRING',
  NUMBER: 'DECIMAL(10, 2)',
  NUMERIC: 'DECIMAL(10, 2)',
  FLOAT: 'DOUBLE',
  REAL: 'DOUBLE',
  LONG: 'BIGINT',
  SMALLINT: 'INT',
  TINYINT: 'INT',
  BOOL: 'BOOLEAN',
  DATETIME: 'TIMESTAMP',
  BINARY: 'BYTES',
  BLOB: 'BYTES',
  JSON: 'STRING, from which EXTRACTJSONFIELD reads',
  UUID: 'STRING',
  JSONB: 'STRING, from which EXTRACTJSONFIELD reads',
  ENUM: 'STRING',
  NVARCHAR: 'STRING',
  MEDIUMTEXT: 'STRING',
  LONGTEXT: 'STRING',
  SERIAL: 'INT, and keys come with the rows',
  BIGSERIAL: 'BIGINT, and keys come with the rows',
  INT4: 'INT',
  INT8: 'BIGINT',
  FLOAT8: 'DOUBLE',
  TIMESTAMPTZ: 'TIMESTAMP',
  BYTEA: 'BYTES',
  VARBINARY: 'BYTES',
};

/** What a type that is not known is here, where that is known. */
function meantBy(name: string): string | undefined {
  if (name === 'PRIMARY') return 'its type stands before it: INT PRIMARY KEY';
  if (name === 'KEY') return 'its type stands before it: INT KEY';
  if (Object.hasOwn(COMPOSED, name)) return `it is written as ${COMPOSED[name]}`;
  return Object.hasOwn(OTHER_NAMES, name) ? `here it is ${OTHER_NAMES[name]}` : undefined;
}

/** Names of types. */
export const typeMessages = {
  unknown: (name: string) => {
    const meant = meantBy(name);
    const names = [...Object.keys(primitiveTypes), 'INT', 'VARCHAR', ...Object.keys(COMPOSED)];
    return {
      message: `Cannot resolve unknown type: ${name}`,
      ...near(meant === undefined ? nearestName(name, names) : undefined),
      hint: meant ?? 'SHOW TYPES lists those that CREATE TYPE has made',
    };
  },
} satisfies RefusalFamily;
