import { inspect } from 'node:util';
import { DiagnosticError, messageOf } from '../../../src/base/errors.ts';
import { decodeCommand, encodeCommand, recordedStatement } from '../../../src/server/commands/command.ts';
import {
  builtInRegistry,
  emptySession,
  type FunctionRegistry,
  replayCommands,
  type Session,
  SqlEngine,
} from '../../../src/sql/index.ts';
import { testFunctions } from '../../../src/sql/testing/functions/index.ts';
import { CaseHost } from '../../../src/sql/testing/case-host.ts';

type Recorded = ReturnType<typeof encodeCommand>;

const functions: FunctionRegistry = builtInRegistry().with(testFunctions);

/** An engine whose commands are recorded as a server records them, and which is started again after each statement. */
export class RecordedEngine {
  readonly #engine = new SqlEngine({ host: new CaseHost(), functions });
  readonly #log: Recorded[] = [];
  #session: Session;

  constructor(properties: Readonly<Record<string, string>> = {}) {
    this.#session = { ...emptySession, properties };
  }

  /**
   * Executes a script as far as it is not refused.
   * @returns what an engine that is started on the same commands has and this one has not, or the other way round.
   */
  async run(script: string): Promise<string | undefined> {
    try {
      for (const prepared of await this.#engine.prepare(script, this.#session)) {
        if (prepared.statement.kind === 'QueryStatement') continue;
        const result = await this.#engine.execute(prepared);
        if (result.kind === 'session') this.#session = result.session;
        if (result.kind === 'ddl') this.#record(result.plan, null, prepared.session);
        if (result.kind === 'control' || result.kind === 'terminated') {
          const action = result.kind === 'control' ? result.action : 'TERMINATE';
          for (const queryId of result.queryIds) this.#record(null, { action, queryId }, prepared.session);
        }
      }
    } catch (error) {
      if (!(error instanceof DiagnosticError)) return `crashed: ${inspect(error)}`;
    }
    return this.#differenceAfterStart();
  }

  #record(
    plan: Parameters<typeof encodeCommand>[0]['plan'],
    control: Parameters<typeof encodeCommand>[0]['control'],
    session: Session,
  ): void {
    const { properties } = session;
    this.#log.push(
      encodeCommand({
        id: 'statement',
        statementText: '',
        properties,
        plan,
        control,
        plannedAtOffset: this.#log.length,
      }),
    );
  }

  async #differenceAfterStart(): Promise<string | undefined> {
    const commands = this.#log.map(({ key, value }, offset) => ({ offset, ...decodeCommand(key, value) }));
    const obstacle = commands.find((command) => command.obstacle !== undefined);
    if (obstacle !== undefined) return `command ${obstacle.offset} cannot be read: ${obstacle.obstacle}`;
    const started = new SqlEngine({ host: new CaseHost(), functions });
    try {
      const state = await replayCommands(commands.flatMap((command) => recordedStatement(command) ?? []));
      const [skipped] = state.skipped;
      if (skipped !== undefined) return `a recorded statement is skipped: ${skipped.reason}`;
      const [second] = state.passedOver;
      if (second !== undefined) return `a recorded query is not started: ${second.queryId}`;
      await started.restore(state);
    } catch (error) {
      return `the start fails: ${messageOf(error)}`;
    }
    const [before, after] = [shapeOf(this.#engine), shapeOf(started)];
    return before === after ? undefined : `before\n${before}\n  after a start\n${after}`;
  }
}

/** The catalog and the queries, as text. */
function shapeOf(engine: SqlEngine): string {
  const { catalog } = engine;
  const byName = <T extends { readonly name: string }>(items: readonly T[]): readonly T[] =>
    items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const sources = byName(catalog.sources()).map(({ schema, ...source }) => ({
    ...source,
    schema: schema.toString(),
  }));
  const types = [...catalog.types()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const queries = engine
    .queries()
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, plan, state, kind, sink, sources: read }) => ({ id, plan, state, kind, sink, read }));
  return inspect({ sources, types, queries }, { depth: 20, sorted: true, breakLength: 160 });
}
