import type { Environment, Timer, Timers } from '../../base/environment.ts';
import type { StreamsMetrics } from '../../streams/runtime/streams-metrics.ts';
import { addTotals, NO_TOTALS } from '../../streams/runtime/task-metrics.ts';
import type { QueryInput, QueryStatistics } from '../host/host.ts';
import { RATE_SAMPLE_MS, RateWindow } from './rate-window.ts';

export const NO_STATISTICS: QueryStatistics = {
  groupId: '',
  rowsIn: 0,
  rowsOut: 0,
  rowsInPerSecond: 0,
  rowsOutPerSecond: 0,
  rowsDropped: 0,
  dropped: {},
  errors: 0,
  restarts: 0,
  lastRowMs: undefined,
  inputs: [],
  lag: undefined,
  stateBytes: undefined,
  tasks: {},
  threads: [],
};

/** What a query has counted over all the applications that have run it, one after the other. */
export class QueryCounts {
  readonly #groupId: string;
  readonly #current: () => StreamsMetrics;
  readonly #errors: () => number;
  readonly #rates: RateWindow;
  readonly #timer: Timer;
  #past = NO_TOTALS;
  #pastDroppedOutputs = 0;
  #restarts = 0;
  #lastRowMs: number | undefined;

  constructor(options: {
    readonly environment: Pick<Environment, 'clock'>;
    /** When it is counted, together with other queries. */
    readonly intervals: Pick<Timers, 'every'>;
    readonly groupId: string;
    /** Of the application that runs the query now. */
    readonly current: () => StreamsMetrics;
    readonly errors: () => number;
  }) {
    const { environment, intervals } = options;
    this.#groupId = options.groupId;
    this.#current = options.current;
    this.#errors = options.errors;
    this.#rates = new RateWindow(environment.clock, [0, 0]);
    this.#timer = intervals.every(RATE_SAMPLE_MS, () => {
      const { rowsIn, rowsOut } = this.#rows(this.#current());
      this.#rates.sample([rowsIn, rowsOut]);
    });
  }

  /** The query was started again after a failure. */
  restarted(): void {
    this.#restarts++;
  }

  /** Another application takes over from the current one. */
  retire(): void {
    const { totals, threads, droppedOutputs } = this.#current();
    this.#past = addTotals(this.#past, totals);
    this.#pastDroppedOutputs += droppedOutputs;
    this.#lastRowMs = threads[0]?.lastRecordMs ?? this.#lastRowMs;
  }

  statistics(inputs: readonly QueryInput[]): QueryStatistics {
    const metrics = this.#current();
    const { tasks, threads, stateBytes } = metrics;
    const rows = this.#rows(metrics);
    const [rowsInPerSecond = 0, rowsOutPerSecond = 0] = this.#rates.perSecond([rows.rowsIn, rows.rowsOut]);
    return {
      groupId: this.#groupId,
      ...rows,
      rowsInPerSecond,
      rowsOutPerSecond,
      errors: this.#errors(),
      restarts: this.#restarts,
      lastRowMs: threads[0]?.lastRecordMs ?? this.#lastRowMs,
      inputs,
      lag: lagOf(inputs),
      stateBytes,
      tasks: Object.fromEntries(
        Object.entries(tasks).map(([id, task]) => [
          id,
          { ...task, inputs: inputs.filter(({ taskId }) => taskId === id) },
        ]),
      ),
      threads,
    };
  }

  close(): void {
    this.#timer.cancel();
  }

  #rows({
    totals,
    droppedOutputs,
  }: StreamsMetrics): Pick<QueryStatistics, 'rowsIn' | 'rowsOut' | 'rowsDropped' | 'dropped'> {
    const all = addTotals(this.#past, totals);
    const refused = this.#pastDroppedOutputs + droppedOutputs;
    const dropped = refused === 0 ? all.dropped : { ...all.dropped, refused };
    return {
      rowsIn: all.processed - all.fromRepartition,
      rowsOut: all.produced - all.toRepartition,
      rowsDropped: Object.values(dropped).reduce((sum, count) => sum + count, 0),
      dropped,
    };
  }
}

/** The sum over all inputs; undefined while that of one is not known. */
function lagOf(inputs: readonly QueryInput[]): number | undefined {
  let sum: number | undefined;
  for (const { lag } of inputs) {
    if (lag === undefined) return undefined;
    sum = (sum ?? 0) + lag;
  }
  return sum;
}
