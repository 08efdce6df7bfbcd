import { mustStop } from '../../base/assert.ts';
import type { Clock, Timers } from '../../base/environment.ts';
import { messageOf } from '../../base/errors.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import { Catalog } from '../catalog/catalog.ts';
import { inputsOf, ownedSource, type QueryPlan, type Step } from '../physical/steps.ts';
import { writtenColumnsOf } from '../queries/push-rows.ts';
import type { QueryAction } from '../statements/definition.ts';
import { applyPlan } from '../statements/plan-kinds.ts';
import type { Session } from '../statements/session.ts';
import type { StatementPlan } from '../statements/statement-plan.ts';

/** A statement of which the text alone was recorded, or is made use of: it is planned on what those before it have left. */
export interface RecordedText {
  readonly kind: 'text';
  readonly text: string;
  readonly session: Session;
  /** Of the query that it starts. */
  readonly queryId?: string;
}

/** A statement that is decided. */
export type PlannedRecord =
  | { readonly kind: 'plan'; readonly plan: StatementPlan; readonly session: Session }
  | ({ readonly kind: 'control' } & QueryAction);

/** A statement as it was recorded. */
export type RecordedStatement = PlannedRecord | RecordedText;

/** Plans a statement of which the text is known. Rejects where that cannot be done. */
export type TextPlanner = (
  recorded: RecordedText,
  state: { readonly catalog: Catalog; readonly queries: readonly QueryPlan[] },
) => Promise<PlannedRecord>;

export interface RecoveredQuery {
  readonly plan: QueryPlan;
  readonly text: string;
  readonly session: Session;
  readonly isPaused: boolean;
}

/** A query that would write what another one writes. */
interface PassedOver {
  readonly queryId: string;
  readonly sink: string;
  readonly writer: string;
}

/** The catalog and the queries that recorded statements leave. */
export interface RecoveredState<S = RecordedStatement> {
  readonly catalog: Catalog;
  readonly queries: readonly RecoveredQuery[];
  /** The number of the next query. */
  readonly queryNumber: number;
  /** Ids of queries that were ended, and in whose place there is no other: whoever was to remove them may have been killed. */
  readonly ended: readonly string[];
  /** Statements that are not gone on with: logs of earlier versions hold some that were refused. */
  readonly passedOver: readonly PassedOver[];
  /** Statements whose plan cannot be applied. They have left nothing, and those after them are applied. */
  readonly skipped: readonly { readonly statement: S; readonly reason: string }[];
}

/**
 * Returns what a list of recorded statements leaves, without running any of it: a query that was terminated later is never
 * started, so a server starts with what there is and not with what there was.
 * @param environment where others run on the event loop, too: they have their turns meanwhile.
 * @param planText absent where there are no texts.
 */
export async function replayCommands<S extends RecordedStatement>(
  statements: readonly S[],
  environment?: { readonly clock: Clock; readonly timers: Timers },
  planText?: TextPlanner,
): Promise<RecoveredState<S>> {
  const replay = new Replay<S>();
  const slice = environment === undefined ? undefined : new TimeSlice(environment);
  for (const statement of statements) {
    if (slice?.isOver === true) await slice.next();
    await replay.take(statement, planText);
  }
  return replay.state();
}

/** The catalog and the queries as the statements leave them that were taken so far. */
class Replay<S extends RecordedStatement> {
  #catalog = Catalog.empty;
  #queryNumber = 0;
  readonly #queries = new Map<string, RecoveredQuery>();
  readonly #everStarted = new Set<string>();
  readonly #passedOver: PassedOver[] = [];
  readonly #skipped: { statement: S; reason: string }[] = [];

  /** In one turn, but for a text that is to be planned. */
  take(statement: S, planText: TextPlanner | undefined): Promise<void> | undefined {
    const recorded: RecordedStatement = statement;
    if (recorded.kind !== 'text') {
      this.#take(statement, recorded);
      return undefined;
    }
    const queries = [...this.#queries.values()].map(({ plan }) => plan);
    const planned = planText?.(recorded, { catalog: this.#catalog, queries });
    if (planned === undefined) {
      this.#skip(statement, 'nobody plans it');
      return undefined;
    }
    return planned.then(
      (record) => this.#take(statement, record),
      (error: unknown) => {
        if (mustStop(error)) throw error;
        this.#skip(statement, messageOf(error));
      },
    );
  }

  #skip(statement: S, reason: string): void {
    this.#skipped.push({ statement, reason });
  }

  #take(statement: S, recorded: PlannedRecord): void {
    if (recorded.kind === 'control') {
      control(this.#queries, recorded);
      return;
    }
    const { plan, session } = recorded;
    const { query } = plan;
    if (query !== undefined) this.#queryNumber += 1;
    let after: Catalog;
    let ended: readonly string[];
    try {
      after = applyPlan(this.#catalog, plan);
      ended = Array.from(plan.terminate ?? []);
      if (query !== undefined) checkReadable(query);
    } catch (error) {
      // A failed assertion, too: nothing has changed, and the server says that it goes on without the statement.
      this.#skipped.push({ statement, reason: messageOf(error) });
      return;
    }
    const second = query === undefined ? undefined : secondWriter(query, this.#queries.values());
    if (second !== undefined) {
      this.#passedOver.push(second);
      return;
    }
    this.#catalog = after;
    for (const id of ended) this.#queries.delete(id);
    if (query === undefined) return;
    this.#everStarted.add(query.queryId);
    this.#queries.set(query.queryId, { plan: query, text: plan.text, session, isPaused: false });
  }

  state(): RecoveredState<S> {
    const ended = [...this.#everStarted].filter((id) => !this.#queries.has(id));
    return {
      catalog: this.#catalog,
      queries: [...this.#queries.values()],
      queryNumber: this.#queryNumber,
      ended,
      passedOver: this.#passedOver,
      skipped: this.#skipped,
    };
  }
}

/** What every list of queries shows must be readable. What only running needs is tried by the host. */
function checkReadable({ root, sources }: QueryPlan): void {
  if (!Array.isArray(sources)) throw new Error('it does not say what its query reads');
  const check = (step: Step): void => inputsOf(step).forEach(check);
  check(root);
  writtenColumnsOf(root);
}

function control(
  queries: Map<string, RecoveredQuery>,
  { action, queryId }: Extract<PlannedRecord, { kind: 'control' }>,
): void {
  for (const id of queryId === undefined ? [...queries.keys()] : [queryId]) {
    const query = queries.get(id);
    if (query === undefined) continue;
    if (action === 'TERMINATE') queries.delete(id);
    else queries.set(id, { ...query, isPaused: action === 'PAUSE' });
  }
}

/** The result of CREATE … AS has one query that makes it; INSERT adds others. */
function secondWriter(
  { queryId, purpose, sink }: QueryPlan,
  queries: Iterable<RecoveredQuery>,
): PassedOver | undefined {
  if (purpose !== 'createAs' || sink === undefined) return undefined;
  for (const { plan } of queries) {
    if (ownedSource(plan) === sink && plan.queryId !== queryId)
      return { queryId, sink, writer: plan.queryId };
  }
  return undefined;
}
