import type { ParsedStatement } from '../../../grammar/parse.ts';
import { formatOf } from '../../serde/formats.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import { sqlError } from '../analysis/sql-error.ts';
import { resultSchemaText } from '../queries/result-schema.ts';
import type { ResultColumn } from '../queries/query-results.ts';
import type { CaseAnswer, CaseEngine } from './case-engine.ts';
import { isObject, type Json, parseJson, printJson } from './lossless-json.ts';
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
export async function answerTo(parsed: ParsedStatement, engine: CaseEngine): Promise<ScriptAnswer> {
  const { statement } = parsed;
  if (statement.kind === 'QueryStatement') return queryAnswer(await engine.query(parsed));
  if (statement.kind === 'Print') {
    return { lines: recordLines(statement.topic, engine), inOrder: true, isQuestion: true };
  }
  const result = await engine.executeStatement(parsed);
  if (result.kind !== 'explain') return { lines: [], inOrder: true, isQuestion: false };
  return { lines: result.explanation.physicalPlan.split('\n'), inOrder: true, isQuestion: true };
}

function queryAnswer({ kind, columns, rows }: CaseAnswer): ScriptAnswer {
  return {
    schema: resultSchemaText(columns, kind),
    lines: rows.map((row) => `${rowText(columns, row.columns)}${row.tombstone === true ? ' tombstone' : ''}`),
    inOrder: kind === 'push',
    isQuestion: true,
  };
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
function recordLines(topic: string, engine: CaseEngine): readonly string[] {
  const source = engine.catalog.sources().find((each) => each.topic.name === topic);
  return engine.host.look(topic).map(({ key, value, timestamp }) => {
    const decoded = decodeWindow(key, source?.topic.keyFormat.window);
    const window =
      decoded.window === undefined ? '' : ` [${decoded.window.startMs}, ${decoded.window.endMs})`;
    const [keyText, valueText] = [
      decodeSide('key', source, decoded.key, engine.host.registry),
      decodeSide('value', source, value, engine.host.registry),
    ].map((json) => (typeof json === 'string' ? json : printJson(json)));
    return `${keyText}${window} => ${valueText} @ ${timestamp}`;
  });
}

const RECORD = /^(\S+): (.*?) => (.*) @ (\d+)$/;

/** Formats whose records a script has as they are; those of binary ones it has as JSON. */
const TEXTS: ReadonlySet<string> = new Set(['DELIMITED', 'KAFKA', 'NONE']);

/** A record as JSON; a text that is none is that text. */
function jsonOf(written: string): Json {
  try {
    return parseJson(written);
  } catch (error) {
    if (!(error instanceof SerdeError)) throw error;
    return written;
  }
}

/** Writes a record as a script has it. */
export function writeRecord(text: string, engine: CaseEngine): void {
  const [, topic, key = '', value = '', time] = RECORD.exec(text) ?? [];
  if (topic === undefined) throw sqlError(`a record is TOPIC: KEY => VALUE @ TIME, and this is ${text}`);
  const source = engine.catalog.sources().find((each) => each.topic.name === topic);
  if (source === undefined) throw sqlError(`nothing reads the topic ${topic}`);
  const bytes = (side: 'key' | 'value', written: string): Buffer | null => {
    if (written === 'null') return null;
    const { format } = side === 'key' ? source.topic.keyFormat : source.topic.valueFormat;
    if (format === 'JSON') return Buffer.from(written);
    return encodeSide(side, source, TEXTS.has(format) ? written : jsonOf(written), engine.host.registry);
  };
  engine.host.write(topic, {
    key: bytes('key', key),
    value: bytes('value', value),
    timestamp: Number(time),
    headers: [],
  });
}
