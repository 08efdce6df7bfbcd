import { lastValueFrom, toArray } from 'rxjs';
import type { Expression } from '../../../grammar/ast.ts';
import { type ParsedStatement, parseScript } from '../../../grammar/parse.ts';
import { formatStatement } from '../../../grammar/printer/statements.ts';
import { assert } from '../../base/assert.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { sessionOverServer } from '../analysis/property-names.ts';
import { sanitizedStatement } from '../analysis/sanitized-statement.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { PropertyCheck } from '../engine/check-script.ts';
import { SqlEngine } from '../engine/engine.ts';
import { withUserFunctions } from '../functions/user/user-function.ts';
import { withCalledConstants } from '../user-calls/called-constants.ts';
import { Programs } from '../user-calls/programs.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { QueryPlan } from '../physical/steps.ts';
import type { PushRow, ResultColumn } from '../queries/query-results.ts';
import type { PreparedStatement } from '../statements/prepared-statement.ts';
import type { StatementResult } from '../statements/results.ts';
import { emptySession } from '../statements/session.ts';
import { CaseHost } from './case-host.ts';
import type { StubRecord } from './case-topics.ts';
import type { CaseTopic } from './case.ts';
import type { FailureStage } from './thrown-class.ts';

interface CaseEngineOptions {
  readonly functions: FunctionRegistry;
  readonly properties?: Readonly<Record<string, string>>;
  /** Those that are there before the first statement. */
  readonly topics?: readonly CaseTopic[];
  /** Says what is wrong with a property that SET names. */
  readonly checkProperty?: PropertyCheck;
  /** A record goes through every query that it reaches at once; else {@link CaseEngine.run} does that. */
  readonly isLive?: boolean;
}

/** What a SELECT answers, of all that was written so far. */
export interface CaseAnswer {
  readonly kind: 'push' | 'pull';
  /** Of a push query. */
  readonly id?: string;
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly PushRow[];
}

/** An engine for one test, over topics in memory and a test driver for each query. */
export class CaseEngine {
  readonly sql: SqlEngine;
  readonly host: CaseHost;
  readonly #options: CaseEngineOptions;
  #session = emptySession;

  constructor(options: CaseEngineOptions) {
    const { functions, properties = {}, topics = [], isLive = false } = options;
    this.#options = options;
    this.host = new CaseHost({ isLive });
    this.sql = new SqlEngine({ host: this.host, functions, properties });
    for (const { name, partitions, replicas } of topics)
      this.host.topics.facts.set(name, { partitions, replicas });
  }

  get catalog(): Catalog {
    return this.sql.catalog;
  }

  /** The plans of the queries that run. */
  get queries(): readonly QueryPlan[] {
    return this.sql.queries().map(({ plan }) => plan);
  }

  /** What the next statement is analysed against. */
  get context(): AnalysisContext {
    return {
      catalog: this.catalog,
      functions: withUserFunctions(this.#options.functions, this.catalog.functions()),
      properties: sessionOverServer(this.#options.properties ?? {}, this.#session.properties),
      topics: this.host.topics.facts,
    };
  }

  /** What constants are evaluated against in which functions of users may be called. */
  withCalledConstants(expressions: readonly Expression[]): Promise<AnalysisContext> {
    const programs = new Programs({ functions: this.#options.functions });
    return withCalledConstants(expressions, this.context, programs);
  }

  /** Runs a script. @throws {ScriptError} at the first statement that fails. */
  async execute(script: string): Promise<void> {
    const statements = await scriptErrors({ text: script, stage: 'parse', isLast: true }, async () =>
      parseScript(script),
    );
    for (const [index, parsed] of statements.entries()) {
      const isLast = index === statements.length - 1;
      const quoted = (): string => this.#quoted(parsed);
      await scriptErrors({ text: parsed.text, quoted, stage: 'statement', isLast }, () =>
        this.executeStatement(parsed),
      );
    }
  }

  /** A statement with a query as ksqlDB's errors quote it: rewritten, in its own layout. */
  #quoted({ statement, text }: ParsedStatement): string {
    try {
      const sanitized = sanitizedStatement(statement, this.context);
      return sanitized === statement ? text : formatStatement(sanitized);
    } catch (error) {
      if (error instanceof DiagnosticError) return text;
      throw error;
    }
  }

  /** Checks and executes one statement. @throws {DiagnosticError} where it is refused. */
  async executeStatement(parsed: ParsedStatement): Promise<StatementResult> {
    const result = await this.sql.execute(await this.#check(parsed));
    if (result.kind === 'session') this.#session = result.session;
    return result;
  }

  /** Runs a SELECT over all that was written so far. @throws {DiagnosticError} where it is refused. */
  async query(parsed: ParsedStatement): Promise<CaseAnswer> {
    const query = await this.sql.query(await this.#check(parsed));
    const { kind, columns } = query;
    if (kind === 'push') {
      const rows = await lastValueFrom(query.rows$.pipe(toArray()));
      await query.close();
      return { kind, id: query.id, columns, rows };
    }
    const rows: PushRow[] = [];
    for await (const page of query.rows) rows.push(...page.map((row) => ({ columns: row })));
    return { kind, columns, rows };
  }

  async #check(parsed: ParsedStatement): Promise<PreparedStatement> {
    const { checkProperty } = this.#options;
    const options = checkProperty === undefined ? {} : { checkProperty };
    const [prepared] = await this.sql.check([parsed], this.#session, options);
    assert(prepared !== undefined, 'one statement is prepared as one');
    return prepared;
  }

  /**
   * Runs the queries one after the other, as ksqlDB's test runner does: the given records first, in their order and across
   * topics, then each source topic that none of them is for.
   */
  run(inputs: readonly { readonly topic: string; readonly record: StubRecord }[]): void {
    const given = new Set(inputs.map(({ topic }) => topic));
    for (const { queryId } of this.queries) {
      const query = this.host.query(queryId);
      if (query === undefined) continue;
      for (const { topic, record } of inputs) if (query.topics.includes(topic)) query.process(topic, record);
      for (const topic of query.topics) {
        if (given.has(topic)) continue;
        for (const record of this.host.topics.records(topic).slice()) query.process(topic, record);
      }
    }
  }

  /** Topics that the queries have written to, internal ones included. */
  producedTopics(): readonly string[] {
    return this.queries.flatMap(({ queryId }) => [...(this.host.query(queryId)?.producedTopics ?? [])]);
  }

  /** Ends its queries. */
  close(): Promise<void> {
    return this.sql.close();
  }
}

interface FailedStatement {
  readonly text: string;
  /** The text that errors quote, where it is another. */
  readonly quoted?: () => string;
  readonly stage: Exclude<FailureStage, 'run'>;
  readonly isLast: boolean;
}

/** A statement failed. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
  readonly text: string;
  readonly stage: FailureStage;
  readonly isLast: boolean;

  constructor(cause: unknown, { text, quoted, stage, isLast }: FailedStatement) {
    super(messageOf(cause), { cause });
    this.text = quoted?.() ?? text;
    this.stage = stage;
    this.isLast = isLast;
  }
}

async function scriptErrors<T>(failed: FailedStatement, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new ScriptError(error, failed);
  }
}
