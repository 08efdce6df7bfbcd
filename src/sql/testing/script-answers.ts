import { allAtOnce } from '../../base/pieces.ts';
import type { Explain, Query } from '../../../grammar/ast.ts';
import type { ParsedStatement } from '../../../grammar/parse.ts';
import { formatOf } from '../../serde/formats.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import { sqlError } from '../analysis/sql-error.ts';
import { printPhysicalPlan } from '../explain/print-plan.ts';
import { analyzePull, isOverStream } from '../queries/pull-clauses.ts';
import { planPull, runPull } from '../queries/pull-query.ts';
import { resultSchemaText } from '../queries/result-schema.ts';
import { explainStatement } from '../statements/explain.ts';
import type { ResultColumn } from '../queries/query-results.ts';
import type { LiveEngine } from './live-engine.ts';
import { isObject, parseJson, printJson } from './lossless-json.ts';
import { decodeSide, decodeWindow, encodeSide } from './record-bytes.ts';

/** What a statement of a script answers. */
interface ScriptAnswer {
  readonly schema?: string;
  readonly lines: readonly string[];
  /** Of a pull query the order of the rows means nothing. */
  readonly inOrder: boolean;
  /** It was a question: that it answers nothing is an answer. */
  readonly isQuestion: boolean;
}

/** Carries a statement out; answers its lines, where it has any. @throws {DiagnosticError} where it is refused. */
export async function answerTo(parsed: ParsedStatement, live: LiveEngine): Promise<ScriptAnswer> {
  const { statement } = parsed;
  switch (statement.kind) {
    case 'QueryStatement':
      return queryAnswer(statement.query, live);
    case 'Print':
      return { lines: recordLines(statement.topic, live), inOrder: true, isQuestion: true };
    case 'Explain':
      return { lines: planLines(statement, live), inOrder: true, isQuestion: true };
    default:
      live.execute(parsed);
      return { lines: [], inOrder: true, isQuestion: false };
  }
}

async function queryAnswer(query: Query, live: LiveEngine): Promise<ScriptAnswer> {
  const { context } = live.engine;
  if (query.emit === undefined && !isOverStream(query, context)) {
    const plan = planPull(query, context);
    const table = live.table(plan.source.name);
    if (table === undefined) throw sqlError(`The ${plan.source.name} table isn't queryable.`);
    const rows: Row[] = [];
    for await (const page of runPull(plan, table)) rows.push(...page);
    const lines = rows.map((row) => rowText(plan.columns, row));
    return { schema: resultSchemaText(plan.columns, 'pull'), lines, inOrder: false, isQuestion: true };
  }
  if (query.emit === undefined) analyzePull(query, context);
  const { columns, rows } = live.push(query);
  const lines = rows.map(
    (row) => `${rowText(columns, row.columns)}${row.tombstone === true ? ' tombstone' : ''}`,
  );
  return { schema: resultSchemaText(columns, 'push'), lines, inOrder: true, isQuestion: true };
}

/** The steps of a query that runs, or of one that a statement would start, one a line. */
function planLines(statement: Explain, { engine }: LiveEngine): readonly string[] {
  const running = engine.queries.find(({ queryId }) => queryId === statement.queryId);
  const plan =
    running === undefined
      ? allAtOnce(
          explainStatement({
            statement,
            context: engine.context,
            keeperOf: (table) => engine.queries.find(({ sink }) => sink === table)?.queryId,
            // oxlint-disable-next-line require-yield -- planned in one piece
            *planQuery(inner) {
              return engine.plan({ statement: inner, text: '' })?.query;
            },
          }),
        ).physicalPlan
      : printPhysicalPlan(running.root);
  return plan.split('\n');
}

function rowText(columns: readonly ResultColumn[], row: Row): string {
  // By position, because two columns of an answer may have one name.
  const numbered = columns.map((column, index) => ({ ...column, name: `C${index}` }));
  const spec = { columns: numbered, side: 'value', features: new Set<never>(), properties: {} } as const;
  const bytes = formatOf('JSON').createSerde(spec).serialize(row);
  const json = bytes === null ? null : parseJson(bytes.toString('utf8'));
  return printJson(isObject(json) ? Object.values(json) : null);
}

/** The records of a topic, one a line. */
function recordLines(topic: string, live: LiveEngine): readonly string[] {
  const source = live.engine.catalog.sources().find((each) => each.topic.name === topic);
  return live.look(topic).map(({ key, value, timestamp }) => {
    const decoded = decodeWindow(key, source?.topic.keyFormat.window);
    const window =
      decoded.window === undefined ? '' : ` [${decoded.window.startMs}, ${decoded.window.endMs})`;
    const [keyText, valueText] = [
      decodeSide('key', source, decoded.key),
      decodeSide('value', source, value),
    ].map((json) => (typeof json === 'string' ? json : printJson(json)));
    return `${keyText}${window} => ${valueText} @ ${timestamp}`;
  });
}

const RECORD = /^(\S+): (.*?) => (.*) @ (\d+)$/;

/** Writes a record as a script has it. */
export function writeRecord(text: string, live: LiveEngine): void {
  const [, topic, key = '', value = '', time] = RECORD.exec(text) ?? [];
  if (topic === undefined) throw sqlError(`a record is TOPIC: KEY => VALUE @ TIME, and this is ${text}`);
  const source = live.engine.catalog.sources().find((each) => each.topic.name === topic);
  if (source === undefined) throw sqlError(`nothing reads the topic ${topic}`);
  const bytes = (side: 'key' | 'value', written: string): Buffer | null => {
    if (written === 'null') return null;
    const { format } = side === 'key' ? source.topic.keyFormat : source.topic.valueFormat;
    return format === 'JSON' ? Buffer.from(written) : encodeSide(side, source, written);
  };
  live.produce(topic, {
    key: bytes('key', key),
    value: bytes('value', value),
    timestamp: Number(time),
    headers: [],
  });
}
