import { inspect } from 'node:util';
import type { AssertSource, AssertTombstone, AssertValues } from '../../../grammar/ast.ts';
import { type ParsedStatement, parseScript } from '../../../grammar/parse.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { formatOf } from '../../serde/formats.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import { analyzeCreateSource } from '../analysis/create-source.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { DataSource, FormatInfo } from '../catalog/data-source.ts';
import { valueFor } from '../engine/insert-values.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { SchemaColumn } from '../types/logical-schema.ts';
import { sameValue } from '../values/compare.ts';
import type { CaseEngine, StubRecord } from './case-engine.ts';
import { LiveEngine } from './live-engine.ts';
import { decodeWindow } from './record-bytes.ts';

/** A test of a SQL script: statements with directives before them (`--@test: name`). */
export interface SqlTest {
  readonly name: string;
  readonly text: string;
  readonly expectedMessage?: string;
  readonly expectsError: boolean;
}

/** Cuts a script into its tests, at the `--@test` directives. */
export function splitTests(stem: string, text: string): readonly SqlTest[] {
  const parts = text.split(/^--@test:/m).slice(1);
  return parts.map((part) => {
    const [name = '', ...lines] = part.split('\n');
    const directive = (word: string): string | undefined =>
      lines
        .find((line) => line.startsWith(`--@expected.${word}:`))
        ?.slice(`--@expected.${word}:`.length)
        .trim();
    const expectedMessage = directive('message');
    return {
      name: `${stem} - ${name.trim()}`,
      text: lines.join('\n'),
      expectsError: directive('error') !== undefined,
      ...(expectedMessage === undefined ? {} : { expectedMessage }),
    };
  });
}

/**
 * Runs a script with every query live: what is inserted goes through all of them at once, and ASSERT looks at what came
 * out. RUN SCRIPT takes its scripts from `scripts`.
 */
export class SqlTestEngine {
  readonly #live: LiveEngine;
  /** How many records of a topic were asserted. */
  readonly #read = new Map<string, number>();
  readonly #scripts: (path: string) => string;

  constructor(options: { readonly functions: FunctionRegistry; readonly scripts: (path: string) => string }) {
    this.#scripts = options.scripts;
    this.#live = new LiveEngine({ functions: options.functions, properties: {}, topics: [] });
  }

  get #engine(): CaseEngine {
    return this.#live.engine;
  }

  /** @throws {DiagnosticError} at the first statement or assertion that fails. */
  run(text: string): void {
    try {
      for (const parsed of parseScript(text, { testStatements: true })) this.#execute(parsed);
    } finally {
      this.#live.close();
    }
  }

  #execute(parsed: ParsedStatement): void {
    const { statement } = parsed;
    switch (statement.kind) {
      case 'AssertValues':
        this.#assertRecord(statement);
        return;
      case 'AssertTombstone':
        this.#assertRecord(statement);
        return;
      case 'AssertSource':
        this.#assertSource(statement, parsed.text);
        return;
      case 'RunScript':
        for (const inner of parseScript(this.#scripts(statement.path), { testStatements: true })) {
          this.#execute(inner);
        }
        return;
      default:
        inTestWords(() => this.#live.execute(parsed));
    }
  }

  #assertRecord(statement: AssertValues | AssertTombstone): void {
    const source = this.#engine.catalog.require(statement.target, statement.span);
    const at = this.#read.get(source.topic.name) ?? 0;
    const record = this.#engine.stubs.get(source.topic.name)?.[at];
    if (record === undefined) {
      throw sqlError(`Expected another record, but ${source.name} has only ${at}.`, { span: statement.span });
    }
    this.#read.set(source.topic.name, at + 1);
    const columns = columnsOf(source, statement.columns);
    const actual = readRecord(source, record);
    const isTombstone = statement.kind === 'AssertTombstone';
    if (isTombstone !== (record.value === null)) {
      throw sqlError(
        'Expected record does not match actual. ' + `It ${isTombstone ? 'has a value' : 'is a tombstone'}.`,
      );
    }
    columns.forEach((column, index) => {
      const expression = statement.values[index];
      if (expression === undefined) return;
      const expected = valueFor(column, expression, this.#engine.context);
      const value = actual.get(column.name) ?? null;
      if (same(expected, value)) return;
      throw sqlError(
        `Expected record does not match actual. ${column.name}: expected ${inspect(expected)}, got ${inspect(value)}.`,
        { span: statement.span },
      );
    });
  }

  #assertSource(statement: AssertSource, text: string): void {
    const actual = this.#engine.catalog.require(statement.name, statement.span);
    const { source: expected } = analyzeCreateSource(
      { ...statement, kind: 'CreateSource', orReplace: false, ifNotExists: false, isSource: false },
      text,
      this.#engine.context,
    );
    const check = (what: string, wanted: unknown, got: unknown): void => {
      const [a, b] = [JSON.stringify(wanted) ?? 'none', JSON.stringify(got) ?? 'none'];
      if (a === b) return;
      throw sqlError(
        `Expected ${what} does not match actual for source ${actual.name}. Expected: ${a}, Actual: ${b}`,
        {
          span: statement.span,
        },
      );
    };
    const format = ({ format: name, properties }: FormatInfo): unknown => ({ name, properties });
    check('type', expected.kind, actual.kind);
    check('schema', expected.schema.toString(), actual.schema.toString());
    check('kafka topic', expected.topic.name, actual.topic.name);
    check('key format', format(expected.topic.keyFormat), format(actual.topic.keyFormat));
    check('value format', format(expected.topic.valueFormat), format(actual.topic.valueFormat));
    check('timestamp column', expected.timestamp, actual.timestamp);
  }
}

/** Of a statement that cannot be prepared, ksqlDB's test runner has words of its own. */
function inTestWords(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const { message } = error.diagnostic;
    throw new DiagnosticError(
      {
        ...error.diagnostic,
        message: message.replace(/^Failed to prepare statement: /, 'Exception while preparing statement: '),
      },
      { cause: error },
    );
  }
}

function columnsOf(
  source: DataSource,
  names: readonly string[],
): readonly Pick<SchemaColumn, 'name' | 'type'>[] {
  if (names.length === 0) return source.schema.columns;
  return names.map((name) => {
    if (name === 'ROWTIME') return { name, type: { kind: 'BIGINT' } };
    const column = source.schema.find(name);
    if (column === undefined) throw sqlError(`Column name \`${name}\` does not exist.`);
    return column;
  });
}

/** A record's columns by name, ROWTIME among them. */
function readRecord(source: DataSource, record: StubRecord): ReadonlyMap<string, SqlValue> {
  const read = (
    side: 'key' | 'value',
    info: FormatInfo,
    columns: readonly SchemaColumn[],
    bytes: Buffer | null,
  ) => {
    const { properties, features } = info;
    const spec = { columns, side, properties, features: new Set(features) };
    const row = columns.length === 0 ? [] : formatOf(info.format).createSerde(spec).deserialize(bytes);
    return columns.map(({ name }, index) => [name, row?.[index] ?? null] as const);
  };
  const { keyFormat, valueFormat } = source.topic;
  const { key } = decodeWindow(record.key, keyFormat.window);
  return new Map<string, SqlValue>([
    ['ROWTIME', record.timestamp],
    ...read('key', keyFormat, source.schema.key, key),
    ...read('value', valueFormat, source.schema.value, record.value),
  ]);
}

function same(a: SqlValue, b: SqlValue): boolean {
  return a === null || b === null ? a === b : sameValue(a, b);
}
