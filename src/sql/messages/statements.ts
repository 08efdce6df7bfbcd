import type { RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { near } from './refusal.ts';

/** Why a source cannot take the place of another. */
export const replaceReasons = {
  kind: (kind: string) => `A ${kind.toLowerCase()} with the same name already exists`,
  changed: (
    name: string,
    what: string,
    { before, after }: { readonly before: string; readonly after: string },
  ) =>
    `DataSource '${quoteName(name)}' has ${what} = ${before} which cannot be upgraded to ${what} = ${after}`,
  keys: (schemas: string, columns: readonly string[]) =>
    `${schemas}. (Key columns must be identical. The following key columns are changed, missing or reordered: [${columns.join(', ')}])`,
  columns: (schemas: string, columns: readonly string[]) =>
    `${schemas}. (The following columns are changed, missing or reordered: [${columns.join(', ')}])`,
};

/** Statements as such: what they may say, what they are about, and who depends on it. */
export const statementMessages = {
  /** LIMIT and its kin. */
  wholeNumber: (clause: string) => ({ message: `Value must be integer for command: ${clause}` }),
  /** A query that goes on for ever has no last row. */
  limit: (statement: 'CREATE STREAM AS SELECT' | 'CREATE TABLE AS SELECT' | 'INSERT INTO') => ({
    message: `${statement} statements don't support LIMIT clause.`,
  }),
  unsupported: (what: string) => ({
    message: `${what} is not supported yet`,
    hint: 'docs/gaps.md lists what is missing',
  }),

  /** CREATE … AS SELECT. */
  resultKind: (kind: string) => ({
    message:
      `Invalid result type. Your SELECT query produces a ${kind}. ` +
      `Please use CREATE ${kind} AS SELECT statement instead.`,
  }),
  /** What a topic of its would be called is no name of a topic. */
  cannotRun: (queryId: string, reason: string) => ({ message: `Query ${queryId} cannot run: ${reason}` }),
  /** No transaction of its could be begun. */
  transactionTooLong: (timeoutMs: number, limitMs: number) => ({
    message: `transaction.timeout.ms ${timeoutMs} is more than the brokers allow (transaction.max.timeout.ms ${limitMs})`,
    hint: `set transaction.timeout.ms to at most ${limitMs}, or transaction.max.timeout.ms of the brokers to more`,
  }),
  topicsMissing: (topics: readonly string[]) => ({
    message: `Kafka topics do not exist: ${topics.join(', ')}`,
    hint: 'SHOW TOPICS; lists the topics that exist',
  }),
  queryLimit: (facts: { readonly count: number; readonly limit: number }) => ({
    message:
      'Not executing statement(s) as it would cause the number of active, persistent queries to exceed the configured ' +
      'limit. Use the TERMINATE command to terminate existing queries, or increase the ' +
      "'ksql.query.persistent.active.limit' setting via the 'ksql-server.properties' file. " +
      `Current persistent query count: ${facts.count}. Configured limit: ${facts.limit}.`,
  }),
  /** What the registry of settings says of a property. */
  property: (problem: string) => ({ message: problem }),
  /** ALTER SYSTEM. */
  systemProperty: ({ name, value }: { readonly name: string; readonly value: string }, problem: string) => ({
    message: `Failed to set ${name} to ${value}. Caused by: ${problem}`,
    hint: 'SHOW PROPERTIES; tells of each property whether it can be set',
  }),
  guaranteeKept: (name: string, value: string) => ({
    message:
      `Unable to set ${name} to ${value}, as the ${name} may not be changed for running persistent queries which have ` +
      `already processed data under a different ${name}. To modify ${name} you must first terminate all running ` +
      'persistent queries.',
    hint: 'TERMINATE ALL;',
  }),
  readTooLong: (ms: number) => ({ message: `the text takes longer than ${ms} ms to read` }),
  tooLong: () => ({
    message: 'The statement is too long: its plan does not fit a record of the command topic.',
    hint: 'compute parts of it in a stream or table of its own',
  }),
  nameTaken: (facts: { readonly kind: string; readonly name: string; readonly takenBy: string }) => ({
    message:
      `Cannot add ${facts.kind.toLowerCase()} '${facts.name}': ` +
      `A ${facts.takenBy.toLowerCase()} with the same name already exists`,
    hint:
      facts.kind === facts.takenBy
        ? `CREATE OR REPLACE, or DROP ${facts.takenBy} ${facts.name}; first`
        : `give it another name, or DROP ${facts.takenBy} ${facts.name}; first`,
  }),
  replaceSource: (kind: string, name: string) => ({
    message:
      `Cannot add ${kind.toLowerCase()} '${name}': ` +
      `CREATE OR REPLACE is not supported on source ${kind.toLowerCase()}s.`,
  }),
  replaceRefused: (
    replacement: { readonly kind: string; readonly name: string },
    old: { readonly kind: string; readonly name: string },
    reason: string,
  ) => ({
    message: `Cannot add ${replacement.kind.toLowerCase()} '${replacement.name}': ${reason}`,
    hint: `DROP ${old.kind} ${old.name}; and create it anew, or give the new one another name`,
  }),
  replaceSeveral: (sink: string, queryIds: readonly string[]) => ({
    message:
      `REPLACE for sink ${quoteName(sink)} is not supported because there are multiple queries writing into it: ` +
      `[${queryIds.join(', ')}]`,
    hint: 'TERMINATE those that write beside the one that is to be replaced',
  }),
  replaceDisabled: (kind: string, name: string) => ({
    message:
      `Cannot add ${kind.toLowerCase()} '${name}': ` +
      `A ${kind.toLowerCase()} with the same name already exists`,
    hint: "what queries write is replaced where ksql.create.or.replace.enabled is 'true'",
  }),
  queryIdTaken: (id: string) => ({
    message: `Query ID '${id}' already exists.`,
    hint: 'SHOW QUERIES; lists those that run',
  }),
  queryIdChanged: (id: string, kept: string) => ({
    message: `Query ID '${id}' cannot be given to the query ${kept}.`,
    hint: 'leave QUERY_ID out: CREATE OR REPLACE goes on with the query that runs',
  }),
  queryIdReserved: (id: string, prefixes: readonly string[]) => ({
    message: `Query IDs must not start with a reserved query ID prefix (${prefixes.join(', ')}). Got '${id}'.`,
  }),
  queryIdLong: (length: number, most: number) => ({
    message: `Query IDs may have up to ${most} characters. Got ${length}`,
  }),
  queryIdCharacters: (id: string) => ({
    message: `Query IDs may contain only alphanumeric characters and '_'. Got: '${id}'`,
  }),

  /** INSERT INTO … SELECT. */
  insertTargetMissing: (name: string) => ({ message: `Source does not exist: ${quoteName(name)}` }),
  insertIntoTable: (name: string) => ({
    message: `INSERT INTO can only be used to insert into a stream. ${name} is a table.`,
    hint: 'a table has one query that keeps it: CREATE TABLE name AS SELECT ...',
  }),
  insertIntoSource: (kind: string, name: string) => ({
    message: `Cannot insert into read-only ${kind.toLowerCase()}: ${name}`,
  }),
  writeReadOnlyTopic: (topic: string) => ({ message: `Cannot insert into read-only topic: ${topic}` }),
  insertIntoHeaders: (name: string) => ({
    message: `Cannot insert into ${name} because it has header columns`,
  }),
  insertOfTable: (sink: string) => ({
    message:
      `Incompatible data sink and query result. Data sink (${sink}) type is KSTREAM ` +
      'but select query result is KTABLE.',
  }),
  insertSchema: (result: string, sink: string) => ({
    message: `Incompatible schema between results and sink.\nResult schema is ${result}\nSink schema is ${sink}`,
  }),

  /** ALTER and DROP. */
  sourceMissing: (name: string) => ({ message: `Source ${name} does not exist.` }),
  sourceKind: (kind: string, name: string, statement: string) => ({
    message: `Incompatible data source type is ${kind}, but statement was ${statement}`,
    hint: `${statement.split(' ')[0] ?? ''} ${kind} ${name}`,
  }),
  alterResult: () => ({ message: 'ALTER command is not supported for CREATE ... AS statements.' }),
  alterSource: (kind: string, name: string) => ({
    message:
      `Cannot alter ${kind.toLowerCase()} '${name}': ` +
      `ALTER operations are not supported on source ${kind.toLowerCase()}s.`,
  }),
  alterColumn: (column: string) => ({
    message: `Cannot add column ${quoteName(column)} to schema. A column with the same name already exists.`,
  }),
  deleteTopic: (name: string) => ({ message: `Cannot delete topic for read-only source: ${name}` }),
  deleteReadOnlyTopic: (topic: string) => ({ message: `Cannot delete read-only topic: ${topic}` }),
  topicShared: (topic: string, others: readonly string[]) => ({
    message: `Refusing to delete topic. Found other data sources (${others.join(', ')}) using topic ${topic}`,
    hint: 'drop it without DELETE TOPIC, or the others first',
  }),
  readBySources: (
    name: string,
    dependents: readonly string[],
    first: { readonly kind: string; readonly name: string },
  ) => ({
    message:
      `Cannot drop ${name}.\nThe following streams and/or tables read from this source: [${dependents.join(', ')}].\n` +
      `You need to drop them before dropping ${name}.`,
    hint: `DROP ${first.kind} ${first.name}; first`,
  }),
  usedByQueries: (facts: {
    readonly name: string;
    readonly kind: string;
    readonly readers: readonly string[];
    readonly writers: readonly string[];
  }) => ({
    message:
      `Cannot drop ${facts.name}.\nThe following queries read from this source: [${facts.readers.join(', ')}].\n` +
      `The following queries write into this source: [${facts.writers.join(', ')}].\n` +
      `You need to terminate them before dropping ${facts.name}.`,
    hint: `TERMINATE ${facts.readers[0] ?? facts.writers[0] ?? ''}; then DROP ${facts.kind} again`,
  }),

  typeTaken: (name: string, type: SqlType) => ({
    message: `Cannot register custom type '${name}' since it is already registered with type: ${printType(type)}`,
  }),
  typeMissing: (name: string) => ({ message: `Type ${name} does not exist.` }),
  describeMissing: (name: string) => ({ message: `Could not find STREAM/TABLE '${name}' in the Metastore` }),
  /** TERMINATE, PAUSE, RESUME and EXPLAIN of a query. */
  queryMissing: (id: string, suggestion: string | undefined) => ({
    message: `Unknown queryId: ${id}`,
    hint: 'SHOW QUERIES; lists them',
    ...near(suggestion),
  }),
  selectExecuted: () => ({ message: 'SELECT is run by query(), which streams its rows.' }),
  notQuery: () => ({ message: 'not a query' }),
  explainOther: () => ({
    message: 'The provided statement does not run a ksql query',
    hint: 'EXPLAIN shows the plans of queries: SELECT, CREATE … AS SELECT and INSERT INTO … SELECT',
  }),
  explainMissing: (id: string, suggestion: string | undefined) => ({
    message: `Query with id:${id} does not exist, use SHOW QUERIES to view the full set of queries.`,
    ...near(suggestion),
  }),
  /** The query of a CREATE SOURCE TABLE. */
  linkedQuery: (action: string, id: string) => ({
    message: `Cannot ${action.toLowerCase()} query '${id}' because it is linked to a source table.`,
    hint: 'DROP TABLE ends it',
  }),
  /** TERMINATE of a push query that does not run. */
  pushMissing: (id: string) => ({ message: `Failed to terminate query with query ID: '${id}'` }),
  explainNothing: () => ({ message: 'there is nothing to explain' }),
} satisfies RefusalFamily;
