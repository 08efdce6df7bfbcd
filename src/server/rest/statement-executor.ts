import { assert } from '../../base/assert.ts';
import type { Clock, Timers } from '../../base/environment.ts';
import { DiagnosticError, OperationalError } from '../../base/errors.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { PreparedStatement, Session, SqlEngine } from '../../sql/index.ts';
import { refuse } from '../../sql/analysis/sql-error.ts';
import { statementMessages } from '../../sql/messages/statements.ts';
import type { ServerFacts } from '../../sql/entities/server-facts.ts';
import {
  currentStatus,
  entityOf,
  type StatementEntity,
  nothingDone,
} from '../../sql/entities/statement-entity.ts';
import { definitionOf } from '../../sql/statements/index.ts';
import type { PreparedPlan } from '../../sql/statements/prepared-statement.ts';
import { isPushQueryId, queryControl } from '../../sql/statements/query-control.ts';
import { planCommandId, type RecordedPlan } from '../../sql/statements/plan-kinds.ts';
import type { Command } from '../commands/command.ts';
import type { CommandTopic } from '../commands/command-topic.ts';
import type { SkippedCommands } from '../commands/skipped-commands.ts';
import { ignoredWarning } from '../config/ignored-properties.ts';
import { listProperties } from '../config/listed-properties.ts';
import { whySystemRefuses } from '../config/session-property.ts';
import type { KafkaAbsence } from '../commands/kafka-absence.ts';
import { type CommandStatus, CommandStatuses } from './command-statuses.ts';
import { isAssertion, namesOf, overtaken, propertyWarnings } from './prepared-statements.ts';
import { RestError, RestErrorCode, textInScript, toRestError } from './rest-error.ts';
import { caughtUp } from './catch-up.ts';
import type { SessionRules } from './session-rules.ts';
import { withoutTopics } from './undo-topics.ts';
import { waitFor } from '../commands/wait-for.ts';
import { type HeldNames, NameLocks } from './name-locks.ts';
import { StatementLane } from './statement-lane.ts';

/** Where statements are recorded. */
type CommandLog = Pick<CommandTopic, 'append' | 'plannedAtOffset'>;

/** What applying a command answers. */
interface CommandResult {
  readonly message: string;
  readonly queryId?: string;
}

/** A statement that is in the command topic, and was applied here. */
interface RecordedStatement {
  readonly id: string;
  readonly plannedAtOffset: number;
  readonly done: Promise<unknown>;
}

/** The answer to a statement that has nothing to do. */
interface NothingRecorded {
  readonly answer: StatementEntity;
}

/** So much of a statement is shown to one that waits for it. */
const NAMED_CHARS_MAX = 200;
/** How often a statement is planned while other servers of the service record theirs. */
const RECORD_ATTEMPTS_MAX = 20;

/**
 * Runs the statements of `/ksql`: all are checked first, against a copy of the catalog; then one after the other is run.
 * What changes the service goes through the command topic, and there takes turns with the statements of others; the rest
 * is answered by the engine at once.
 */
export class StatementExecutor {
  readonly #engine: SqlEngine;
  readonly #commands: () => CommandLog;
  readonly #kafka: KafkaAbsence;
  readonly #skipped: SkippedCommands;
  readonly #catchUpMsMax: number;
  readonly #statuses = new CommandStatuses();
  readonly #locks: NameLocks;
  readonly #lane: StatementLane;
  readonly #environment: { readonly clock: Clock; readonly timers: Timers };
  readonly #closePush: (queryId: string) => boolean;
  readonly #facts: ServerFacts;
  readonly #rules: SessionRules;

  constructor(
    engine: SqlEngine,
    options: {
      /** @throws {OperationalError} when nothing can be recorded. */
      readonly commands: () => CommandLog;
      readonly kafka: KafkaAbsence;
      readonly skipped: SkippedCommands;
      /** How long a statement waits for an earlier command. */
      readonly catchUpMsMax: number;
      readonly rules: SessionRules;
      /** Ends a push query, whatever the case of its id; false where there is none of it. */
      readonly closePush: (queryId: string) => boolean;
      readonly environment: { readonly clock: Clock; readonly timers: Timers };
    },
  ) {
    this.#engine = engine;
    this.#commands = options.commands;
    this.#kafka = options.kafka;
    this.#skipped = options.skipped;
    this.#catchUpMsMax = options.catchUpMsMax;
    this.#closePush = options.closePush;
    this.#rules = options.rules;
    this.#environment = options.environment;
    this.#facts = {
      listProperties,
      propertyWarning: ignoredWarning,
      serviceWarnings: () => options.skipped.warnings(),
    };
    const { kafka } = options;
    this.#locks = new NameLocks({
      timers: options.environment.timers,
      waitMsMax: kafka.timeoutMs,
      onLate: (text) => {
        const outcome = `the statement was not run: it waited for another one, ${text.slice(0, NAMED_CHARS_MAX)}`;
        return kafka.error(outcome) ?? new OperationalError('HELD_UP', outcome, { retriable: true });
      },
    });
    this.#lane = new StatementLane({
      timers: options.environment.timers,
      waitMsMax: options.kafka.timeoutMs,
      onLate: () => options.kafka.error('the statement waited for its turn, and was not run'),
    });
  }

  get statuses(): ReadonlyMap<string, CommandStatus> {
    return this.#statuses.all;
  }

  /** See {@link caughtUp}. @throws {RestError} 50301 */
  caughtUpWith(sequenceNumber: number): Promise<void> {
    const { timers } = this.#environment;
    return caughtUp(sequenceNumber, () => this.#commands().plannedAtOffset, {
      timers,
      msMax: this.#catchUpMsMax,
    });
  }

  /**
   * @param allow throws for statements that whoever sends them may not state.
   * @throws {RestError} for the first statement that is wrong, with what those before it answered.
   */
  async execute(
    script: string,
    session: Session,
    allow: (statements: readonly PreparedStatement[]) => void = () => undefined,
  ): Promise<readonly StatementEntity[]> {
    const prepared = await this.prepare(script, session);
    allow(prepared);
    const query = prepared.find(({ statement }) => definitionOf(statement).family === 'query');
    if (query !== undefined) {
      throw new RestError(
        RestErrorCode.WRONG_ENDPOINT,
        "The following statement types should be issued to the websocket endpoint '/query':\n\t* PRINT\n\t* SELECT",
        { statementText: query.text },
      );
    }
    return this.#withNames(prepared, { script, session });
  }

  /**
   * Runs a script when no other one is under way that touches the same things. One that has waited, or was overtaken, is
   * checked again, on what the others have left: where it is refused then, nothing of it has been done.
   */
  async #withNames(
    prepared: readonly PreparedStatement[],
    input: { readonly script: string; readonly session: Session },
  ): Promise<readonly StatementEntity[]> {
    let checked = prepared;
    const [text = ''] = prepared.map((each) => each.text);
    for (let attempt = 0; attempt < RECORD_ATTEMPTS_MAX; attempt++) {
      const names = namesOf(checked);
      const run = async (held: HeldNames): Promise<readonly StatementEntity[] | undefined> => {
        if (held.hasWaited || this.#isOvertaken(checked)) {
          checked = await this.prepare(input.script, input.session);
          // It touches others now, by what has become of its own: those are not held.
          if (namesOf(checked).some((name) => !held.names.has(name))) return undefined;
        }
        return this.#runAll(checked, { script: input.script, held });
      };
      const entities = await this.#locks.run(names, text, run).catch((error: unknown) => {
        throw toRestError(this.#kafka.named(error), text);
      });
      if (entities !== undefined) return entities;
    }
    throw overtaken(RECORD_ATTEMPTS_MAX);
  }

  /** Of a single statement that is found out when it is planned in its turn. */
  #isOvertaken(prepared: readonly PreparedStatement[]): boolean {
    const plans = prepared.flatMap((each) => each.prepared ?? []);
    const [first] = plans;
    return first !== undefined && plans.length > 1 && first.version !== this.#engine.version;
  }

  async #runAll(
    prepared: readonly PreparedStatement[],
    { script, held }: { readonly script: string; readonly held: HeldNames },
  ): Promise<readonly StatementEntity[]> {
    const entities: StatementEntity[] = [];
    const slice = new TimeSlice(this.#environment);
    const last = prepared.findLastIndex((each) => each.prepared !== undefined);
    for (const [index, statement] of prepared.entries()) {
      if (slice.isOver) await slice.next();
      try {
        const entity = await this.#run(statement, index < last ? undefined : held);
        if (entity !== undefined) entities.push(entity);
      } catch (error) {
        if (error instanceof DiagnosticError && isAssertion(statement)) {
          throw new RestError(RestErrorCode.ASSERTION_FAILED, error.diagnostic.message, { cause: error });
        }
        const named = this.#kafka.named(error);
        const { errorCode, message, statementText } = toRestError(named, statement.text);
        const text = error instanceof DiagnosticError ? textInScript(error, script) : message;
        throw new RestError(errorCode, text, { statementText, entities, cause: error });
      }
    }
    return entities;
  }

  /** @throws {RestError} with the place of the mistake in the script. */
  async prepare(script: string, session: Session): Promise<readonly PreparedStatement[]> {
    this.#rules.requireAllowed(session);
    try {
      return await this.#engine.prepare(script, session, {
        nextNumber: () => this.#commands().plannedAtOffset,
        numbering: 'by-command',
        checkProperty: (name, value) => this.#rules.whyRefused(name, value),
        checkSystemProperty: whySystemRefuses,
      });
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw this.#kafka.named(error);
      throw new RestError(RestErrorCode.BAD_STATEMENT, textInScript(error, script), {
        statementText: script,
        cause: error,
      });
    }
  }

  /**
   * Applies a command that was recorded, here or by another server of the service. The catalog has changed when this
   * returns, or nothing has where it throws; the promise resolves when queries have started and ended.
   */
  apply(command: Command): Promise<CommandResult> {
    const { id } = command;
    const failed = (error: unknown): never => {
      this.#statuses.remember(id, { status: 'ERROR', message: toRestError(error).message });
      throw error;
    };
    try {
      return this.#applied(command).then((applied) => {
        const { message, queryId = null } = applied;
        this.#skipped.carriedOut(command);
        this.#statuses.remember(id, { status: 'SUCCESS', message, queryId });
        return applied;
      }, failed);
    } catch (error) {
      return failed(error);
    }
  }

  #applied({ plan, control, properties }: Command): Promise<CommandResult> {
    if (plan !== null) return this.#engine.apply(plan, { properties, variables: new Map() });
    if (control === null) return Promise.resolve({ message: 'nothing to do' });
    return this.#engine.control(control).then(() => ({ message: queryControl.message(control) }));
  }

  /** @param held given to the last statement that needs them: its query may take its time to start. */
  async #run(prepared: PreparedStatement, held?: HeldNames): Promise<StatementEntity | undefined> {
    const { statement } = prepared;
    const definition = definitionOf(statement);
    if (definition.family === 'planned') return this.#planAndRecord(prepared, held);
    // It is planned on nothing, and what is wrong must be ended although others wait.
    if (definition.family === 'control') {
      const control = definition.action(statement);
      const { action, queryId } = control;
      if (action === 'TERMINATE' && this.#isPush(queryId)) return this.#terminatePush(prepared, queryId);
      const id = definition.commandId(control);
      const { plannedAtOffset } = this.#commands();
      const recorded = await this.#record(prepared, { id, plan: null, control, plannedAtOffset });
      return recorded === undefined ? undefined : this.#answer(prepared, recorded);
    }
    return this.#engine.answer(prepared, this.#facts);
  }

  /** Persistent queries may have been given any id. */
  #isPush(queryId: string | undefined): queryId is string {
    if (queryId === undefined || !isPushQueryId(queryId)) return false;
    return this.#engine.queries().every(({ id }) => id.toUpperCase() !== queryId.toUpperCase());
  }

  /** A push query of this server is ended; it is nothing that is recorded. */
  #terminatePush({ statement, text }: PreparedStatement, queryId: string): StatementEntity {
    if (!this.#closePush(queryId)) throw refuse(statementMessages.pushMissing(queryId), statement.span);
    return entityOf('terminate_query', text, { queryId, wasTerminated: true });
  }

  /** Plans a statement and records the plan; one that is not recorded leaves no topic behind. */
  async #planAndRecord(prepared: PreparedStatement, held?: HeldNames): Promise<StatementEntity> {
    const made: string[] = [];
    const recorded = await this.#planAndRecordWith(prepared, made).catch(async (error: unknown) => {
      throw await withoutTopics(error, made, this.#engine);
    });
    // A topic is made use of again when it is gone; everything else is as the statement leaves it.
    const deletes = prepared.prepared?.plan.deleteTopic !== undefined;
    if (deletes && 'done' in recorded) await Promise.allSettled([recorded.done]);
    held?.release();
    return 'done' in recorded ? this.#answer(prepared, recorded) : recorded.answer;
  }

  /**
   * What asks the cluster is done beside other statements; then it takes turns with them, and in its turn the plan is made
   * once more, asking nobody: it is recorded where it still decides what was checked. Tries again and again while that
   * is not so, or while other servers' statements get ahead of it.
   * @param made to which the topics are added that are made for it, as long as they can be taken back.
   */
  async #planAndRecordWith(
    prepared: PreparedStatement,
    made: string[],
  ): Promise<RecordedStatement | NothingRecorded> {
    for (let attempt = 0; attempt < RECORD_ATTEMPTS_MAX; attempt++) {
      const queryNumber = this.#commands().plannedAtOffset;
      const checked = await this.#engine.plan(prepared, { queryNumber });
      assert(checked !== undefined, `${prepared.statement.kind} has a plan`);
      if (checked.plan.kind === 'none')
        return { answer: nothingDone(prepared.text, checked.plan, queryNumber - 1) };
      const topic = await this.#engine.createTopic(checked.plan);
      if (topic !== undefined) made.push(topic);
      const recorded = await this.#lane.run(() => this.#recordInTurn(prepared, checked, made));
      if (recorded !== undefined) return recorded;
    }
    throw overtaken(RECORD_ATTEMPTS_MAX);
  }

  /** Undefined where the plan is not right any more, or another command got ahead. */
  async #recordInTurn(
    prepared: PreparedStatement,
    checked: PreparedPlan,
    made: string[],
  ): Promise<RecordedStatement | undefined> {
    const { plannedAtOffset } = this.#commands();
    const plan = await this.#engine.planAgain(prepared, checked, plannedAtOffset);
    if (plan === undefined || plan.kind === 'none') return undefined;
    let isRecorded = false;
    const onRecorded = (): void => {
      isRecorded = true;
    };
    const decided = { id: planCommandId(plan), plan, control: null, plannedAtOffset };
    return this.#record(prepared, decided, onRecorded).catch((error: unknown) => {
      if (isRecorded) made.length = 0;
      throw error;
    });
  }

  /** Resolves when it was applied; undefined where another command got ahead. */
  async #record(
    { statement, text, session: { properties } }: PreparedStatement,
    decided: Pick<Command, 'id' | 'plannedAtOffset' | 'control'> & { readonly plan: RecordedPlan | null },
    onRecorded: () => void = () => undefined,
  ): Promise<RecordedStatement | undefined> {
    const { id, plan, control, plannedAtOffset } = decided;
    const command = { id, statementText: text, properties, plan, control, plannedAtOffset };
    const { done } = await this.#commands()
      .append(command, onRecorded)
      .catch((error: unknown) => {
        const isTooLong = error instanceof OperationalError && error.code === 'RECORD_TOO_LARGE';
        throw isTooLong ? refuse(statementMessages.tooLong(), statement.span) : error;
      });
    return done === undefined ? undefined : { id, plannedAtOffset, done };
  }

  /** Waits until the queries run that a recorded statement starts, and those have ended that it ends. */
  async #answer(
    prepared: PreparedStatement,
    { id, plannedAtOffset, done }: RecordedStatement,
  ): Promise<StatementEntity> {
    const applied = await waitFor(done, {
      timers: this.#environment.timers,
      everyMs: this.#kafka.timeoutMs,
      what: 'the statement is recorded, and the end of its carrying out',
      against: () =>
        this.#kafka.error('the statement is recorded, and will be carried out when the cluster is there'),
    });
    const { message, queryId } = applied as CommandResult;
    return currentStatus(prepared.text, {
      commandId: id,
      message,
      sequenceNumber: plannedAtOffset,
      warnings: propertyWarnings(prepared, { startsQuery: queryId !== undefined }),
      ...(queryId === undefined ? {} : { queryId }),
    });
  }
}
