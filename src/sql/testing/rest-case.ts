import type { Query } from '../../../grammar/ast.ts';
import { type ParsedStatement, parseScript } from '../../../grammar/parse.ts';
import { messageOf } from '../../base/errors.ts';
import { formatOf } from '../../serde/formats.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import { analyzePull, isOverStream } from '../queries/pull-clauses.ts';
import { planPull, runPull } from '../queries/pull-query.ts';
import { resultSchemaText } from '../queries/result-schema.ts';
import type { ResultColumn } from '../queries/query-results.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { PropertyCheck } from './case-keys.ts';
import { expandFile, type TestCase } from './case.ts';
import { LiveEngine } from './live-engine.ts';
import { isArray, isObject, type Json, JsonNumber, type JsonObject, parseJson } from './lossless-json.ts';
import { encodeSide, encodeWindow } from './record-bytes.ts';
import { compareAnswer } from './rest-answer.ts';
import { type CaseResult, checkOutputs, flawOf, unreadInput } from './run-case.ts';

/** A case of ksqlDB's rest-query-validation-tests: statements, records, and what each SELECT answers. */
interface RestCase {
  readonly test: TestCase;
  /** For each SELECT, the messages of its answer. */
  readonly responses: readonly (readonly JsonObject[])[];
  readonly inOrder: boolean;
  readonly expectedError?: string;
  /** The status of HTTP that the error is expected with. */
  readonly expectedStatus?: number;
}

/** Whether a file of cases is of this kind: it says what the REST API answers. */
export function isRestFile(file: Json): boolean {
  if (!isObject(file) || !isArray(file['tests'])) return false;
  return file['tests'].some((test) => isObject(test) && ('responses' in test || 'expectedError' in test));
}

/** The cases of a file. */
export function restCases(stem: string, file: Json, checkProperty?: PropertyCheck): readonly RestCase[] {
  const tests = isObject(file) && isArray(file['tests']) ? file['tests'] : [];
  return tests.flatMap((each) =>
    expandFile(stem, { tests: [each] }, checkProperty).map((test): RestCase => {
      const raw = isObject(each) ? each : {};
      const conditions = raw['outputConditions'];
      const inOrder = isObject(conditions) && conditions['verifyOrder'] === true;
      return { test, responses: responsesOf(raw), inOrder, ...errorOf(raw) };
    }),
  );
}

function responsesOf(raw: JsonObject): readonly (readonly JsonObject[])[] {
  const responses = isArray(raw['responses']) ? raw['responses'].filter(isObject) : [];
  return responses.flatMap(({ query }) => (isArray(query) ? [query.filter(isObject)] : []));
}

function errorOf(raw: JsonObject): Pick<RestCase, 'expectedError' | 'expectedStatus'> {
  const error = raw['expectedError'];
  if (!isObject(error)) return {};
  const { message, status } = error;
  return {
    expectedError: typeof message === 'string' ? message : '',
    ...(status instanceof JsonNumber ? { expectedStatus: Number(status.text) } : {}),
  };
}

/**
 * Runs a case: the statements before the first SELECT, then the records through all queries, then one SELECT after the
 * other. Never throws.
 */
export async function runRestCase(rest: RestCase, functions: FunctionRegistry): Promise<CaseResult> {
  const { test, expectedError } = rest;
  const base = { name: test.name, formats: test.formats, expectsError: expectedError !== undefined };
  const flaw = flawOf(test);
  if (flaw !== undefined) return { ...base, rejected: false, passed: false, problem: flaw };
  const live = new LiveEngine({
    functions,
    properties: { ...serverProperties, ...test.properties },
    topics: test.topics,
  });
  try {
    const problem = await execute(rest, live);
    if (expectedError !== undefined) {
      return { ...base, rejected: false, passed: false, problem: `expected an error: ${expectedError}` };
    }
    const passed = problem === undefined;
    return { ...base, rejected: false, passed, ...(passed ? {} : { problem }) };
  } catch (error) {
    const message = error instanceof RequestError ? error.message : messageOf(error);
    const { expectedStatus = REFUSED_STATUS } = rest;
    const isText = expectedError !== undefined && message.includes(expectedError);
    const passed = isText && expectedStatus === REFUSED_STATUS;
    const problem = isText ? `expected status ${expectedStatus}, got ${REFUSED_STATUS}` : message;
    return { ...base, rejected: true, passed, ...(passed ? {} : { problem }) };
  } finally {
    live.close();
  }
}

/** The status of HTTP with which a statement is refused. */
const REFUSED_STATUS = 400;

/** What the server of these cases is set to. */
const serverProperties = { 'ksql.query.push.v2.enabled': 'true' };

/** A statement that was refused, with the statement behind the reason as the REST API writes it. */
class RequestError extends Error {}

async function execute(
  { test, responses, inOrder }: RestCase,
  live: LiveEngine,
): Promise<string | undefined> {
  const firstSelect = test.statements.findIndex((statement) => /^\s*SELECT\s/i.test(statement));
  const count = firstSelect < 0 ? test.statements.length : firstSelect;
  const ddl = test.statements.slice(0, count).join('\n');
  if (ddl !== '') request(ddl, (statement) => live.execute(statement));
  const unread = unreadInput(test, live.engine);
  if (unread !== undefined) return unread;
  for (const input of test.inputs) {
    const source = live.engine.catalog.sources().find(({ topic }) => topic.name === input.topic);
    live.produce(input.topic, {
      key: encodeWindow(encodeSide('key', source, input.key), input.window),
      value: encodeSide('value', source, input.value),
      timestamp: input.timestamp ?? 0,
      headers: input.headers ?? [],
    });
  }
  const selects = test.statements.slice(count);
  for (const [index, text] of selects.entries()) {
    const [statement] = parsed(text);
    if (statement?.statement.kind !== 'QueryStatement') throw new Error(`not a SELECT: ${text}`);
    const answer = await answerTo(statement.statement.query, live).catch((error: unknown) => {
      throw refusal(error, text);
    });
    const expected = responses[index];
    if (expected === undefined) continue;
    const problem = compareAnswer(expected, answer, { inOrder, statement: text });
    if (problem !== undefined) return `${text}\n  ${problem}`;
  }
  if (responses.length !== selects.length) {
    return `expected ${responses.length} responses, and there are ${selects.length} SELECTs`;
  }
  return checkOutputs(test, live.engine, { exact: true, isPrefix: true });
}

function request(text: string, run: (statement: ParsedStatement) => void): void {
  for (const statement of parsed(text)) {
    try {
      run(statement);
    } catch (error) {
      throw refusal(error, statement.text);
    }
  }
}

function parsed(text: string): readonly ParsedStatement[] {
  try {
    return parseScript(text);
  } catch (error) {
    throw refusal(error, text);
  }
}

function refusal(error: unknown, text: string): RequestError {
  return new RequestError(`${messageOf(error)}\nStatement: ${text}`, { cause: error });
}

/** The messages that the REST API streams for a SELECT. */
async function answerTo(query: Query, live: LiveEngine): Promise<readonly Json[]> {
  const { context } = live.engine;
  if (query.emit === undefined && !isOverStream(query, context)) {
    const plan = planPull(query, context);
    const table = live.table(plan.source.name);
    if (table === undefined) throw new Error(`The ${plan.source.name} table isn't queryable.`);
    const rows: Row[] = [];
    for await (const page of runPull(plan, table)) rows.push(...page);
    return [
      { header: { schema: resultSchemaText(plan.columns, 'pull') } },
      ...rows.map((row) => ({ row: { columns: jsonOf(plan.columns, row) } })),
    ];
  }
  if (query.emit === undefined) analyzePull(query, context);
  const { id, columns, rows } = live.push(query);
  const { limit = Number.POSITIVE_INFINITY } = query;
  return [
    { header: { queryId: id, schema: resultSchemaText(columns, 'push') } },
    ...rows.map(({ columns: row, tombstone }) => ({
      row: { columns: jsonOf(columns, row), ...(tombstone === true ? { tombstone } : {}) },
    })),
    { finalMessage: rows.length >= limit ? 'Limit Reached' : 'Query Completed' },
  ];
}

/** A row as the JSON that the REST API answers. */
function jsonOf(columns: readonly ResultColumn[], row: Row): Json {
  // By position, because two columns of an answer may have one name.
  const numbered = columns.map((column, index) => ({ ...column, name: `C${index}` }));
  const spec = { columns: numbered, side: 'value', features: new Set<never>(), properties: {} } as const;
  const bytes = formatOf('JSON').createSerde(spec).serialize(row);
  const json = bytes === null ? null : parseJson(bytes.toString('utf8'));
  return isObject(json) ? Object.values(json) : null;
}
