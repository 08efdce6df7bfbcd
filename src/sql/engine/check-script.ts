import type { Statement } from '../../../grammar/ast.ts';
import type { ParsedStatement } from '../../../grammar/parse.ts';
import { unreachable } from '../../base/assert.ts';
import type { SourceSpan } from '../../base/errors.ts';
import { inTurns } from '../../base/pieces.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { AnalysisContext, TopicFacts } from '../analysis/session.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import { noSchemaFacts } from '../analysis/schema-facts.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SqlHost } from '../host/host.ts';
import { statementMessages } from '../messages/statements.ts';
import type { PlannedStatement, RunningQueries } from '../statements/definition.ts';
import { definitionOf } from '../statements/index.ts';
import type { PreparedPlan, PreparedStatement } from '../statements/prepared-statement.ts';
import type { Session } from '../statements/session.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';
import { checkedPlan } from './checked-plan.ts';
import { type EngineState, stateAfter } from './engine-state.ts';
import type { StatementEnvironment } from './script-parser.ts';
import { schemasFor } from './schema-needs.ts';
import { triedFunction } from './try-functions.ts';
import { placed } from './statement-place.ts';

/** How the numbers of queries go on: with each query that is started, or with each statement that is recorded. */
export type QueryNumbering = 'by-query' | 'by-command';

/** The id of a schema that is still to be registered. */
const UNREGISTERED = -1;

/** Says what is wrong with the property that SET, UNSET or ALTER SYSTEM names; undefined where nothing is. */
export type PropertyCheck = (name: string, value?: string) => string | undefined;

interface ScriptCheckOptions {
  readonly host: SqlHost;
  /** The queries that run now. */
  readonly running: RunningQueries;
  /** Absent: the whole script is checked in one turn of the event loop, as far as nobody has to be asked. */
  readonly environment: StatementEnvironment | undefined;
  readonly numbering: QueryNumbering;
  readonly checkProperty?: PropertyCheck;
  /** Of ALTER SYSTEM. */
  readonly checkSystemProperty?: PropertyCheck;
  /** The number of the next query that is started. */
  nextNumber(): number;
  contextOf(session: Session, topics: ReadonlyMap<string, TopicFacts>, catalog: Catalog): AnalysisContext;
}

/**
 * Checks the statements of a script one after the other, each against what those before it will have left, and against
 * the cluster. Nothing is changed.
 */
export class ScriptCheck {
  readonly #options: ScriptCheckOptions;
  #session: Session;
  #state: EngineState;
  #firstNumber: number | undefined;
  /** By how many numbers those of queries have gone on. */
  #numbersTaken = 0;
  /** Topics as the script will have left them: null for those that it deletes. */
  readonly #topicChanges = new Map<string, TopicFacts | null>();
  readonly #topics: Map<string, TopicFacts>;
  /** By subject: schemas that the script will have registered. */
  readonly #registered = new Map<string, RegisteredSchema>();

  constructor(
    start: {
      readonly session: Session;
      readonly state: EngineState;
      readonly topics: ReadonlyMap<string, TopicFacts>;
    },
    options: ScriptCheckOptions,
  ) {
    this.#session = start.session;
    this.#state = start.state;
    this.#topics = new Map(start.topics);
    this.#options = options;
  }

  /** @throws {DiagnosticError} for the first statement that is wrong. */
  async run(parsed: readonly ParsedStatement[]): Promise<readonly PreparedStatement[]> {
    const { environment } = this.#options;
    const slice = environment === undefined ? undefined : new TimeSlice(environment);
    const prepared: PreparedStatement[] = [];
    for (const each of parsed) {
      if (slice?.isOver === true) await slice.next();
      prepared.push(await placed(each.statement, () => this.#check(each, slice)));
    }
    return prepared;
  }

  async #check(
    { statement, text }: ParsedStatement,
    slice: TimeSlice | undefined,
  ): Promise<PreparedStatement> {
    const prepared = { statement, text, session: this.#session };
    const definition = definitionOf(statement);
    const plain = this.#options.contextOf(this.#session, this.#topics, this.#state.catalog);
    const { registry } = this.#options.host;
    const schemas = await schemasFor(statement, plain, { registry, pending: this.#registered });
    const tried = await triedFunction(statement, plain, this.#options.environment);
    const context = { ...plain, schemas, ...tried };
    switch (definition.family) {
      case 'planned':
        this.#checkSystemProperty(definition.systemProperty?.(statement), statement.span);
        return { ...prepared, prepared: await this.#plan(definition, { statement, text, context, slice }) };
      case 'session': {
        this.#checkProperty(definition.property?.(statement), statement.span);
        this.#session = definition.apply(statement, this.#session);
        return prepared;
      }
      case 'control': {
        const { queries } = this.#state;
        definition.check({ statement, context, queries, running: this.#options.running });
        this.#state = {
          ...this.#state,
          version: this.#state.version + 1,
          queries: definition.plansAfter(definition.action(statement), queries),
        };
        if (this.#options.numbering === 'by-command') this.#numbersTaken += 1;
        return prepared;
      }
      case 'query':
      case 'direct': {
        const { queries } = this.#state;
        const work = definition.check({ statement, context, queries, running: this.#options.running });
        if (work) await inTurns(work, slice);
        return prepared;
      }
      default:
        return unreachable(definition);
    }
  }

  #checkProperty(
    property: { readonly name: string; readonly value?: string } | undefined,
    span: SourceSpan,
  ): void {
    const { checkProperty } = this.#options;
    const problem = property === undefined ? undefined : checkProperty?.(property.name, property.value);
    if (problem !== undefined) throw refuse(statementMessages.property(problem), span);
  }

  #checkSystemProperty(
    property: { readonly name: string; readonly value: string } | undefined,
    span: SourceSpan,
  ): void {
    if (property === undefined) return;
    const { name, value } = property;
    const problem = this.#options.checkSystemProperty?.(name, value);
    if (problem !== undefined) throw refuse(statementMessages.systemProperty(property, problem), span);
  }

  async #plan(
    definition: PlannedStatement<Statement, StatementPlan>,
    {
      slice,
      ...parts
    }: {
      readonly statement: Statement;
      readonly text: string;
      readonly context: AnalysisContext;
      readonly slice: TimeSlice | undefined;
    },
  ): Promise<PreparedPlan> {
    const { version, queries } = this.#state;
    this.#firstNumber ??= this.#options.nextNumber();
    const queryNumber = this.#firstNumber + this.#numbersTaken;
    const plan = await checkedPlan(
      definition,
      { ...parts, queryNumber, queries },
      { host: this.#options.host, topicChanges: this.#topicChanges, slice },
    );
    this.#state = stateAfter(this.#state, plan);
    const isCounted =
      this.#options.numbering === 'by-query' ? plan.query !== undefined : plan.kind !== 'none';
    if (isCounted) this.#numbersTaken += 1;
    this.#rememberTopics(plan);
    for (const { subject, schema } of plan.registrations ?? []) {
      this.#registered.set(subject, { ...schema, id: UNREGISTERED, dependencies: [] });
    }
    const { topics, schemas = noSchemaFacts, methods = [] } = parts.context;
    return { plan, version, queryNumber, topics, schemas, methods };
  }

  /** Topics that the script will have made count as there for what follows, and those that it deletes as gone. */
  #rememberTopics({ topic, deleteTopic }: StatementPlan): void {
    if (topic !== undefined && !this.#topics.has(topic.name)) {
      const { name, partitions = 1, replicas = 1 } = topic;
      this.#changeTopic(name, { partitions, replicas });
    }
    if (deleteTopic !== undefined) this.#changeTopic(deleteTopic, null);
  }

  #changeTopic(name: string, facts: TopicFacts | null): void {
    this.#topicChanges.set(name, facts);
    if (facts === null) this.#topics.delete(name);
    else this.#topics.set(name, facts);
  }
}
