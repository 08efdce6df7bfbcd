import { printColumn } from '../types/logical-schema.ts';
import type { ResultColumn } from './query-results.ts';

/** The columns of an answer as ksqlDB prints them: keys and headers are marked in a pull query over a table only. */
export function resultSchemaText(columns: readonly ResultColumn[], kind: 'push' | 'pull'): string {
  return columns.map((column) => columnText(column, kind)).join(', ');
}

function columnText({ name, type, isKey, header }: ResultColumn, kind: 'push' | 'pull'): string {
  if (kind === 'push') return printColumn({ name, type, namespace: 'VALUE' });
  if (header !== undefined) {
    const headerKey = header.key === undefined ? {} : { headerKey: header.key };
    return printColumn({ name, type, namespace: 'HEADERS', ...headerKey });
  }
  return printColumn({ name, type, namespace: isKey ? 'KEY' : 'VALUE' });
}
