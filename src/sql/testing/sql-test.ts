import { inspect } from 'node:util';
import type { AssertSource, AssertTombstone, AssertValues } from '../../../grammar/ast.ts';
import { type ParsedStatement, parseScript } from '../../../grammar/parse.ts';
import { formatOf } from '../../serde/formats.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { TopologyTestDriver } from '../../streams/testing/topology-test-driver.ts';
import { analyzeCreateSource } from '../analysis/create-source.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { DataSource, FormatInfo } from '../catalog/data-source.ts';
import { valueFor } from '../engine/insert-values.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { SchemaColumn } from '../types/logical-schema.ts';
import { sameValue } from '../values/compare.ts';
import { CaseEngine, type StubRecord, topicsOf } from './case-engine.ts';
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
  readonly #engine: CaseEngine;
  readonly #drivers = new Map<string, { readonly plan: QueryPlan; readonly driver: TopologyTestDriver }>();
  /** How many records of a topic were asserted. */
  readonly #read = new Map<string, number>();
  readonly #scripts: (path: string) => string;

  constructor(options: { readonly functions: FunctionRegistry; readonly scripts: (path: string) => string }) {
    this.#scripts = options.scripts;
    this.#engine = new CaseEngine({
      functions: options.functions,
      properties: {},
      topics: [],
      produce: (topic, record) => this.#produce(topic, record),
    });
  }

  /** @throws {DiagnosticError} at the first statement or assertion that fails. */
  run(text: string): void {
    try {
      for (const parsed of parseScript(text, { testStatements: true })) this.#execute(parsed);
    } finally {
      for (const { driver } of this.#drivers.values()) driver.close();
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
        this.#engine.executeStatement(parsed);
        this.#followQueries();
    }
  }

  /** Starts drivers for new queries and stops those of queries that are gone or were replaced. */
  #followQueries(): void {
    const { queries } = this.#engine;
    for (const [id, { plan, driver }] of this.#drivers) {
      if (queries.includes(plan)) continue;
      driver.close();
      this.#drivers.delete(id);
    }
    for (const plan of queries) {
      if (!this.#drivers.has(plan.queryId)) {
        this.#drivers.set(plan.queryId, { plan, driver: this.#engine.driverOf(plan) });
      }
    }
  }

  #produce(topic: string, record: StubRecord): void {
    this.#engine.append(topic, record);
    for (const { plan, driver } of this.#drivers.values()) {
      if (!topicsOf(plan.root).includes(topic)) continue;
      driver.pipeRaw(topic, record);
      if (plan.root.step !== 'sink') continue;
      const sink = plan.root.topic;
      for (const { key, value, timestamp, headers } of driver.takeRaw(sink)) {
        this.#produce(sink, { key, value, timestamp, headers });
      }
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
