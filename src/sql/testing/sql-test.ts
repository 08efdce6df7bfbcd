import { quoteName } from '../../base/sql-quotes.ts';
import { inspect } from 'node:util';
import type { AssertSource, AssertTombstone, AssertValues } from '../../../grammar/ast.ts';
import { type ParsedStatement, parseScript } from '../../../grammar/parse.ts';
import { DiagnosticError, type SourceSpan } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { formatOf } from '../../serde/formats.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import { analyzeCreateSource } from '../analysis/create-source.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { DataSource, FormatInfo } from '../catalog/data-source.ts';
import type { PropertyCheck } from '../engine/check-script.ts';
import { valueFor } from '../statements/insert-values.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { SchemaColumn } from '../types/logical-schema.ts';
import { sameValue } from '../values/compare.ts';
import { CaseEngine } from './case-engine.ts';
import type { StubRecord } from './case-topics.ts';
import { EXCEPTION_CLASSES } from './expected-errors.ts';
import type { MemoryRegistry } from './memory-registry.ts';
import { decodeWindow } from './record-bytes.ts';
import { readingSchemas } from './registry-schemas.ts';
import { ScriptChecks } from './script-checks.ts';

/** A test of a SQL script: statements with directives before them (`--@test: name`). */
export interface SqlTest {
  readonly name: string;
  readonly text: string;
  readonly expectedMessage?: string;
  /** ksqlDB's class of the exception that the test ends with. */
  readonly expectedError?: string;
  /** Of its `--@test` directive, in the script. */
  readonly line: number;
  /** What of its directives says nothing, or that there is nothing to run: it fails for that. */
  readonly flaw?: string;
}

const DIRECTIVES = ['--@test', '--@expected.error', '--@expected.message'] as const;

/** Cuts a script into its tests, at the `--@test` directives. */
export function splitTests(stem: string, text: string): readonly SqlTest[] {
  const [before = '', ...parts] = text.replace(/^\uFEFF/, '').split(/^--@test:/m);
  let line = before.split('\n').length;
  return parts.map((part) => {
    const [name = '', ...lines] = part.split('\n');
    const begin = line;
    line += lines.length;
    const directive = (word: string): string | undefined =>
      lines
        .find((line) => line.startsWith(`--@expected.${word}:`))
        ?.slice(`--@expected.${word}:`.length)
        .trim();
    const expectedMessage = directive('message');
    const expectedError = directive('error');
    return {
      name: `${stem} - ${name.trim()}`,
      // Behind so many empty lines, so that the lines of messages are those of the file.
      text: '\n'.repeat(begin) + lines.join('\n'),
      line: begin,
      ...(expectedError === undefined ? {} : { expectedError }),
      ...(expectedMessage === undefined ? {} : { expectedMessage }),
      ...flawOf(lines, expectedError),
    };
  });
}

function flawOf(lines: readonly string[], expectedError: string | undefined): { readonly flaw?: string } {
  const unknown = lines.map(unknownDirective).find((problem) => problem !== undefined);
  if (unknown !== undefined) return { flaw: unknown };
  if (expectedError === undefined) {
    const isVain = lines.some((line) => line.startsWith('--@expected.message:'));
    return isVain ? { flaw: '--@expected.message says nothing without --@expected.error' } : {};
  }
  if (EXCEPTION_CLASSES.includes(expectedError)) return {};
  const meant = nearestName(expectedError, EXCEPTION_CLASSES);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return { flaw: `--@expected.error: ${expectedError} is no class of errors that is known${hint}` };
}

/** What is wrong with a comment that looks like a directive and is none. */
function unknownDirective(line: string): string | undefined {
  const written = /^\s*--\s*@[\w.]*/.exec(line)?.[0];
  if (written === undefined) return undefined;
  const isKnown = DIRECTIVES.some((directive) => line.startsWith(`${directive}:`));
  if (isKnown) return undefined;
  const meant = nearestName(written.replaceAll(/\s/g, ''), DIRECTIVES);
  const hint = meant === undefined ? '' : `; did you mean ${meant}: ?`;
  return `${line.trim()} is no directive that is known${hint}`;
}

/** What stands before the first test of a script and would not be run, or is a directive that is none. */
export function scriptFlaw(script: string): DiagnosticError | undefined {
  const [before = ''] = script.replace(/^\uFEFF/, '').split(/^--@test:/m);
  for (const [index, line] of before.split('\n').entries()) {
    const unknown = unknownDirective(line);
    const isComment = line.trim() === '' || line.trim().startsWith('--');
    if (unknown === undefined && isComment) continue;
    const span = { start: 0, end: 0, line: index + 1, column: 1 };
    if (unknown !== undefined) return new DiagnosticError({ message: unknown, span });
    return new DiagnosticError({
      message: 'statements before the first test are not run',
      hint: 'a test begins with --@test: NAME',
      span,
    });
  }
  return undefined;
}

export interface SqlTestOptions {
  readonly functions: FunctionRegistry;
  readonly scripts: (path: string) => string;
  readonly checkProperty?: PropertyCheck;
}

/**
 * Runs a script with every query live: what is inserted goes through all of them at once, and ASSERT looks at what came
 * out. RUN SCRIPT takes its scripts from `scripts`.
 */
export class SqlTestEngine {
  readonly engine: CaseEngine;
  readonly checks: ScriptChecks;
  /** How many records of a topic were asserted. */
  readonly #read = new Map<string, number>();
  readonly #scripts: (path: string) => string;

  constructor({ scripts, ...options }: SqlTestOptions) {
    this.#scripts = scripts;
    this.engine = new CaseEngine({ ...options, isLive: true });
    this.checks = new ScriptChecks(this.engine.host);
  }

  /** @throws {DiagnosticError} at the first statement or assertion that fails, and where nothing is asserted. */
  async run(text: string): Promise<void> {
    try {
      const statements = parseScript(text, { testStatements: true });
      for (const parsed of statements) await this.#execute(parsed);
      // That a test has no statements at all is told before it is run.
      if (statements.length > 0) this.checks.finish('ASSERT and no --@expected.error');
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  async #execute(parsed: ParsedStatement): Promise<void> {
    if (await this.executeTestStatement(parsed)) return;
    await inTestWords(() => this.engine.executeStatement(parsed));
    this.checks.wroteAt(parsed.statement.span);
  }

  /** Executes a statement that only test scripts have. @returns false for any other one. */
  async executeTestStatement(parsed: ParsedStatement): Promise<boolean> {
    const { statement } = parsed;
    switch (statement.kind) {
      case 'AssertValues':
      case 'AssertTombstone':
        await this.#assertRecord(statement);
        this.checks.count();
        return true;
      case 'AssertSource':
        this.#assertSource(statement, parsed.text);
        this.checks.count();
        return true;
      case 'RunScript':
        for (const inner of parseScript(this.#scripts(statement.path), { testStatements: true })) {
          await this.#execute(inner);
        }
        return true;
      default:
        return false;
    }
  }

  async #assertRecord(statement: AssertValues | AssertTombstone): Promise<void> {
    const source = this.engine.catalog.require(statement.target, statement.span);
    const at = this.#read.get(source.topic.name) ?? 0;
    const record = this.engine.host.look(source.topic.name)[at];
    if (record === undefined) {
      throw new RecordMismatch(`Expected another record, but ${source.name} has only ${at}.`, statement.span);
    }
    this.#read.set(source.topic.name, at + 1);
    const columns = columnsOf(source, statement);
    const actual = readRecord(source, record, this.engine.host.registry);
    const isTombstone = statement.kind === 'AssertTombstone';
    if (isTombstone !== (record.value === null)) {
      throw new RecordMismatch(
        'Expected record does not match actual. ' + `It ${isTombstone ? 'has a value' : 'is a tombstone'}.`,
        statement.span,
      );
    }
    if (statement.values.length !== columns.length) {
      const names = columns.map(({ name }) => name).join(', ');
      throw new RecordMismatch(
        `Expected a value for each column: ${columns.length} for ${names}, got ${statement.values.length}.`,
        statement.span,
      );
    }
    const context = await this.engine.withCalledConstants(statement.values);
    columns.forEach((column, index) => {
      const expression = statement.values[index];
      if (expression === undefined) return;
      const expected = valueFor(column, expression, context) ?? null;
      const value = actual.get(column.name) ?? null;
      if (same(expected, value)) return;
      throw new RecordMismatch(
        `Expected record does not match actual. ${column.name}: expected ${shown(expected)}, got ${shown(value)}.`,
        statement.span,
      );
    });
  }

  #assertSource(statement: AssertSource, text: string): void {
    const actual = this.engine.catalog.require(statement.name, statement.span);
    const { source: expected } = analyzeCreateSource(
      { ...statement, kind: 'CreateSource', orReplace: false, ifNotExists: false, isSource: false },
      text,
      this.engine.context,
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

/** A record is not as ASSERT VALUES has it: what ksqlDB's test runner throws an AssertionError for. */
export class RecordMismatch extends DiagnosticError {
  constructor(message: string, span: SourceSpan) {
    super({ message, span });
  }
}

/** Of a statement that cannot be prepared, ksqlDB's test runner has words of its own. */
async function inTestWords(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
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
  { columns: names, span }: AssertValues | AssertTombstone,
): readonly Pick<SchemaColumn, 'name' | 'type'>[] {
  if (names.length === 0) return source.schema.columns;
  const isWindowed = source.topic.keyFormat.window !== undefined;
  const ofRecord = ['ROWTIME', ...(isWindowed ? ['WINDOWSTART', 'WINDOWEND'] : [])];
  return names.map((name) => {
    if (ofRecord.includes(name)) return { name, type: { kind: 'BIGINT' } };
    const column = source.schema.find(name);
    if (column === undefined) throw sqlError(`Column name ${quoteName(name)} does not exist.`, { span });
    return column;
  });
}

/** As SQL writes it, where JavaScript would put an n behind a BIGINT. */
function shown(value: SqlValue): string {
  return typeof value === 'bigint' ? String(value) : inspect(value);
}

/** A record's columns by name, ROWTIME among them. */
function readRecord(
  source: DataSource,
  record: StubRecord,
  registry: MemoryRegistry,
): ReadonlyMap<string, SqlValue> {
  const schemas = readingSchemas(registry);
  const read = (
    side: 'key' | 'value',
    info: FormatInfo,
    columns: readonly SchemaColumn[],
    bytes: Buffer | null,
  ) => {
    const { properties, features } = info;
    const spec = { columns, side, properties, features: new Set(features) };
    const row =
      columns.length === 0 ? [] : formatOf(info.format).createSerde(spec, schemas).deserialize(bytes);
    return columns.map(({ name }, index) => [name, row?.[index] ?? null] as const);
  };
  const { keyFormat, valueFormat } = source.topic;
  const { key, window } = decodeWindow(record.key, keyFormat.window);
  return new Map<string, SqlValue>([
    ['ROWTIME', record.timestamp],
    ['WINDOWSTART', window?.startMs ?? null],
    ['WINDOWEND', window?.endMs ?? null],
    ...read('key', keyFormat, source.schema.key, key),
    ...read('value', valueFormat, source.schema.value, record.value),
  ]);
}

function same(a: SqlValue, b: SqlValue): boolean {
  return a === null || b === null ? a === b : sameValue(a, b);
}
