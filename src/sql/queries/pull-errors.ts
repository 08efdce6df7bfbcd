import type { DiagnosticError, SourceSpan } from '../../base/errors.ts';
import { sqlError } from '../analysis/sql-error.ts';

/** What ksqlDB puts behind every refusal of a pull query. */
const syntaxHelp =
  'See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.';

/** A clause or column that pull queries do not have. */
export function pullQueryError(
  message: string,
  more: { readonly hint?: string; readonly span?: SourceSpan } = {},
): DiagnosticError {
  return sqlError(`${message} ${syntaxHelp}`, more);
}

/** A WHERE clause that leads to no keys, where the table may not be read whole. */
export function whereError(
  message: string,
  options: { readonly windowed: boolean; readonly span?: SourceSpan },
): DiagnosticError {
  const { windowed, span } = options;
  const bounds =
    '\n - (optionally) limits the time bounds of the windowed table.' +
    '\n\t Bounds on [`WINDOWSTART`, `WINDOWEND`] are supported' +
    '\n\t Supported operators are [EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL, LESS_THAN, LESS_THAN_OR_EQUAL]';
  return sqlError(
    `${message}. ${syntaxHelp}\n` +
      'Pull queries require a WHERE clause that:\n' +
      ' - includes a key equality expression, e.g. `SELECT * FROM X WHERE <key-column> = Y;`.\n' +
      ' - in the case of a multi-column key, is a conjunction of equality expressions that cover all key columns.\n' +
      ' - to support range expressions, e.g.,  SELECT * FROM X WHERE <key-column> < Y;`, range scans need to be ' +
      `enabled by setting ksql.query.pull.range.scan.enabled=true${windowed ? bounds : ''}\n` +
      'If more flexible queries are needed, table scans can be enabled by setting ' +
      'ksql.query.pull.table.scan.enabled=true.',
    span === undefined ? {} : { span },
  );
}

/** The condition cannot be answered from keys alone. */
export function tableScanRequired(): DiagnosticError {
  return sqlError(
    'Query requires table scan to be enabled. Table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true',
    { hint: 'or name the key in the WHERE clause' },
  );
}
