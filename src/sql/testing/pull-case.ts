import type { ParsedStatement } from '../../../grammar/parse.ts';
import { parseScript } from '../../../grammar/parse.ts';
import { messageOf } from '../../base/errors.ts';
import { formatOf } from '../../serde/formats.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import { planPull, runPull } from '../engine/pull-query.ts';
import type { ResultColumn } from '../engine/results.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { expandFile } from './case.ts';
import { difference } from './compare.ts';
import { LiveEngine } from './live-engine.ts';
import { isArray, isObject, type Json, type JsonObject, parseJson, printJson } from './lossless-json.ts';
import { encodeSide, encodeWindow } from './record-bytes.ts';
import type { CaseResult } from './run-case.ts';

/** A case of ksqlDB's rest-query-validation-tests whose SELECTs are pull queries. */
export interface PullCase {
  readonly test: ReturnType<typeof expandFile>[number];
  /** For each SELECT, the rows that it answers. */
  readonly responses: readonly (readonly Json[])[];
  readonly expectedError?: string;
}

/** The pull cases of a file. */
export function pullCases(stem: string, text: string): readonly PullCase[] {
  const file = parseJson(text);
  const tests = isObject(file) && isArray(file['tests']) ? file['tests'].filter(isObject) : [];
  return tests.flatMap((raw) =>
    expandFile(stem, { tests: [raw] })
      .filter(({ statements }) => !statements.some((statement) => /\bSELECT\b[^]*\bEMIT\b/i.test(statement)))
      .map((test): PullCase => ({ test, responses: responsesOf(raw), ...errorOf(raw) })),
  );
}

function responsesOf(raw: JsonObject): readonly (readonly Json[])[] {
  const responses = isArray(raw['responses']) ? raw['responses'].filter(isObject) : [];
  return responses.flatMap(({ query }) => {
    if (!isArray(query)) return [];
    return [query.filter(isObject).flatMap(({ row }) => (isObject(row) ? [row['columns'] ?? null] : []))];
  });
}

function errorOf(raw: JsonObject): { readonly expectedError?: string } {
  const error = raw['expectedError'];
  if (!isObject(error)) return {};
  return { expectedError: typeof error['message'] === 'string' ? error['message'] : '' };
}

/** Runs a case: the statements, the inputs through all queries, then the SELECTs over what they keep. Never throws. */
export async function runPullCase(pull: PullCase, functions: FunctionRegistry): Promise<CaseResult> {
  const { test, expectedError } = pull;
  const base = { name: test.name, formats: test.formats, expectsError: expectedError !== undefined };
  const live = new LiveEngine({ functions, properties: test.properties, topics: test.topics });
  try {
    const problem = await execute(pull, live);
    if (expectedError !== undefined) {
      return { ...base, rejected: false, passed: false, problem: `expected an error: ${expectedError}` };
    }
    return {
      ...base,
      rejected: false,
      passed: problem === undefined,
      ...(problem === undefined ? {} : { problem }),
    };
  } catch (error) {
    const message = messageOf(error);
    const passed = expectedError !== undefined && message.includes(expectedError);
    return { ...base, rejected: true, passed, ...(passed ? {} : { problem: message }) };
  } finally {
    live.close();
  }
}

async function execute({ test, responses }: PullCase, live: LiveEngine): Promise<string | undefined> {
  const statements = parseScript(test.statements.join('\n'));
  const isSelect = ({ statement }: ParsedStatement): boolean => statement.kind === 'QueryStatement';
  for (const statement of statements) if (!isSelect(statement)) live.execute(statement);
  for (const input of test.inputs) {
    const source = live.engine.catalog.sources().find(({ topic }) => topic.name === input.topic);
    live.produce(input.topic, {
      key: encodeWindow(encodeSide('key', source, input.key), input.window),
      value: encodeSide('value', source, input.value),
      timestamp: input.timestamp ?? 0,
      headers: input.headers ?? [],
    });
  }
  for (const [index, select] of statements.filter(isSelect).entries()) {
    const { columns, rows } = await pullRows(select, live);
    const problem = compareRows(
      responses[index] ?? [],
      rows.map((row) => jsonOf(columns, row)),
    );
    if (problem !== undefined) return `${select.text}\n  ${problem}`;
  }
  return undefined;
}

async function pullRows(
  { statement }: ParsedStatement,
  live: LiveEngine,
): Promise<{ readonly columns: readonly ResultColumn[]; readonly rows: readonly Row[] }> {
  if (statement.kind !== 'QueryStatement') throw new Error('not a query');
  const plan = planPull(statement.query, live.engine.context);
  const table = live.table(plan.source.name);
  if (table === undefined) throw new Error(`The ${plan.source.name} table isn't queryable.`);
  return { columns: plan.columns, rows: await runPull(plan, table) };
}

/** A row as the JSON that the REST API answers. */
function jsonOf(columns: readonly ResultColumn[], row: Row): Json {
  const spec = { columns, side: 'value', features: new Set<never>(), properties: {} } as const;
  const bytes = formatOf('JSON').createSerde(spec).serialize(row);
  const json = bytes === null ? null : parseJson(bytes.toString('utf8'));
  return isObject(json) ? Object.values(json) : null;
}

/** Rows come in any order. */
function compareRows(expected: readonly Json[], actual: readonly Json[]): string | undefined {
  const left = [...actual];
  for (const row of expected) {
    const at = left.findIndex((candidate) => difference(row, candidate, '', false) === undefined);
    if (at < 0) return `expected the row ${printJson(row)} among ${printJson(left)}`;
    left.splice(at, 1);
  }
  return left.length === 0 ? undefined : `got rows that nobody expected: ${printJson(left)}`;
}
