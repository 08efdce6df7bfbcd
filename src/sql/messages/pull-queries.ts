import type { RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';

/** What ksqlDB puts behind every refusal of a pull query. */
const SYNTAX_HELP =
  'See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.';

const WINDOW_BOUNDS =
  '\n - (optionally) limits the time bounds of the windowed table.' +
  '\n\t Bounds on [`WINDOWSTART`, `WINDOWEND`] are supported' +
  '\n\t Supported operators are [EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL, LESS_THAN, LESS_THAN_OR_EQUAL]';

/** SELECT without EMIT: what it may say, and how its WHERE clause leads to keys. */
export const pullMessages = {
  disabled: () => ({
    message: `Pull queries are disabled. ${SYNTAX_HELP}\nPlease set ksql.pull.queries.enable=true to enable this feature.`,
  }),
  streamsDisabled: () => ({
    message:
      'Pull queries on streams are disabled. To create a push query on the stream, add EMIT CHANGES to the end. ' +
      "To enable pull queries on streams, set the ksql.query.pull.stream.enabled config to 'true'.",
  }),
  clause: (clause: string) => ({
    message: `Pull queries don't support ${clause} clauses. ${SYNTAX_HELP}`,
    hint: 'make a table of it with CREATE TABLE … AS SELECT, or add EMIT CHANGES',
  }),
  limitDisabled: () => ({
    message:
      'LIMIT clause in pull queries is currently disabled. ' +
      `You can enable them by setting ksql.query.pull.limit.clause.enabled=true. ${SYNTAX_HELP}`,
  }),
  limitNegative: () => ({
    message: `Pull queries don't support negative integers in the LIMIT clause. ${SYNTAX_HELP}`,
  }),
  /** Rows that are kept have no place in a topic any more. */
  columns: (clause: string, columns: readonly string[]) => ({
    message:
      `Pull queries don't support the following columns in ${clause} clauses: ` +
      `${columns.map(quoteName).join(', ')}\n ${SYNTAX_HELP}`,
  }),
  /** An aggregate needs all rows of its groups: a query that keeps them. */
  aggregate: (name: string) => ({
    message: `Pull queries don't support aggregate functions: ${name} is an aggregate function. ${SYNTAX_HELP}`,
    hint: `keep it in a table: CREATE TABLE name AS SELECT ..., ${name}(...) FROM ... GROUP BY ...`,
  }),
  notQueryable: (name: string) => ({
    message:
      `The ${name} table isn't queryable. To derive a queryable table, ` +
      `you can do 'CREATE TABLE QUERYABLE_${name} AS SELECT * FROM ${name}'. ${SYNTAX_HELP}`,
  }),
  /** A WHERE clause that leads to no keys, where the table may not be read whole. */
  where: (reason: string, options: { readonly windowed: boolean }) => ({
    message:
      `${reason}. ${SYNTAX_HELP}\n` +
      'Pull queries require a WHERE clause that:\n' +
      ' - includes a key equality expression, e.g. `SELECT * FROM X WHERE <key-column> = Y;`.\n' +
      ' - in the case of a multi-column key, is a conjunction of equality expressions that cover all key columns.\n' +
      ' - to support range expressions, e.g.,  SELECT * FROM X WHERE <key-column> < Y;`, range scans need to be ' +
      `enabled by setting ksql.query.pull.range.scan.enabled=true${options.windowed ? WINDOW_BOUNDS : ''}\n` +
      'If more flexible queries are needed, table scans can be enabled by setting ' +
      'ksql.query.pull.table.scan.enabled=true.',
  }),
  /** The condition cannot be answered from keys alone. */
  tableScan: () => ({
    message:
      'Query requires table scan to be enabled. Table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true',
    hint: 'or name the key in the WHERE clause',
  }),
  nullKey: (condition: string) => ({ message: `Primary key columns can not be NULL: ${condition}` }),
  keyType: (value: string, column: string, type: SqlType) => ({
    message: `'${value}' can not be converted to the type of the key column: ${column} ${printType(type)} KEY`,
  }),
} satisfies RefusalFamily;

/** Why a WHERE clause leads to no keys: the reasons of {@link pullMessages.where}. */
export const whereReasons = {
  missing: 'Missing WHERE clause',
  twice:
    'A comparison condition on the key column cannot be combined with other comparisons such as an IN predicate',
  noKey: (condition: string): string => `WHERE clause missing key column for disjunct: ${condition}`,
  keysMissing: (named: readonly string[], all: readonly string[]): string =>
    'Multi-column sources must specify every key in the WHERE clause. ' +
    `Specified: [${named.map(quoteName).join(', ')}] Expected: [${all.join(', ')}]`,
  expression: (condition: string): string => `Unsupported expression in WHERE clause: ${condition}`,
  noColumn: 'A comparison must directly reference a key column',
  noConstant: 'A comparison must be between a key column and a resolvable expression',
  operator: (key: readonly string[]): string =>
    `Bound on key columns '[${key.join(', ')}]' must currently be '='`,
  like: 'Like condition must be between strings',
  likeType: (kind: string): string =>
    `The column type for Like condition must be VARCHAR. The column type is ${kind}`,
  boundsTwice: (column: string, operator: string): string =>
    `Duplicate ${quoteName(column)} bounds on: ${operator}`,
  boundsContradict: (condition: string, column: string): string =>
    `\`${condition}\` cannot be combined with other ${quoteName(column)} bounds`,
  boundsOperator: (column: string, operator: string): string =>
    `Unsupported ${quoteName(column)} bounds: ${operator}`,
  boundsText: (text: string): string => `Failed to parse datetime: ${text}`,
  boundsType: 'Window bounds must resolve to an INT, BIGINT, or STRING containing a datetime.',
} as const;
