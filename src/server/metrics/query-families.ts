import type { QueryDescription, QueryState, QueryStatistics, TaskStatus } from '../../sql/index.ts';
import { type MetricFamily, type MetricType, perItem, type Sample } from './metric-family.ts';

/** That of a query, or that its thread does not answer. */
type ShownState = QueryState | 'UNRESPONSIVE';

const STATES = [
  'CREATED',
  'RUNNING',
  'REBALANCING',
  'PAUSED',
  'ERROR',
  'CLOSED',
  'UNRESPONSIVE',
] as const satisfies ShownState[];

interface Observed {
  readonly queryId: string;
  readonly state: ShownState;
  readonly statistics: QueryStatistics;
}

/** The metrics of persistent queries, and of the Streams tasks and threads that run them. */
export async function queryFamilies(queries: readonly QueryDescription[]): Promise<readonly MetricFamily[]> {
  const all = await Promise.all(
    queries.map(async ({ id, state, standstill, statistics }): Promise<readonly Observed[]> => {
      const shown = standstill === undefined ? state : 'UNRESPONSIVE';
      return statistics === undefined ? [] : [{ queryId: id, state: shown, statistics: await statistics() }];
    }),
  );
  const observed = all.flat();
  return [stateFamily(observed), ...perQuery(observed), ...perTask(observed), ...perThread(observed)];
}

function stateFamily(observed: readonly Observed[]): MetricFamily {
  return {
    name: 'ksql_query_state',
    help: '1 for the state that a persistent query is in',
    type: 'gauge',
    *samples() {
      for (const { queryId, state } of observed) {
        for (const each of STATES)
          yield { labels: { query_id: queryId, state: each }, value: Number(each === state) };
      }
    },
  };
}

function perQuery(observed: readonly Observed[]): readonly MetricFamily[] {
  const family = (
    type: MetricType,
    name: string,
    help: string,
    valueOf: (statistics: QueryStatistics) => number | undefined,
  ): MetricFamily =>
    perItem(
      type,
      { name: `ksql_query_${name}`, help },
      () => observed,
      ({ queryId }) => ({ query_id: queryId }),
      ({ statistics }) => valueOf(statistics),
    );
  return [
    family('counter', 'rows_in_total', 'rows that a query has read and processed', (s) => s.rowsIn),
    family('counter', 'rows_out_total', 'rows that a query has written', (s) => s.rowsOut),
    family('gauge', 'rows_in_per_second', 'rows read, mean of the last 30 s', (s) => s.rowsInPerSecond),
    family('gauge', 'rows_out_per_second', 'rows written, mean of the last 30 s', (s) => s.rowsOutPerSecond),
    family('counter', 'rows_dropped_total', 'rows that a query has passed over', (s) => s.rowsDropped),
    family('counter', 'errors_total', 'errors that stopped a query or that a row met', (s) => s.errors),
    family('counter', 'restarts_total', 'starts of a query after a failure', (s) => s.restarts),
    family('gauge', 'lag', 'rows in its sources that a query has not processed', (s) => s.lag),
    family('gauge', 'last_row_timestamp_seconds', 'when rows last came to a query', (s) =>
      s.lastRowMs === undefined ? undefined : s.lastRowMs / 1000,
    ),
    family('gauge', 'state_store_bytes', 'bytes of the state of a query on disk', (s) => s.stateBytes),
  ];
}

function perTask(observed: readonly Observed[]): readonly MetricFamily[] {
  const tasks = function* () {
    for (const { queryId, statistics } of observed) {
      for (const [taskId, task] of Object.entries(statistics.tasks)) {
        yield { labels: { query_id: queryId, task_id: taskId }, task };
      }
    }
  };
  const family = (
    type: MetricType,
    name: string,
    help: string,
    valueOf: (task: TaskStatus) => number | undefined,
  ): MetricFamily =>
    perItem(
      type,
      { name: `kafka_streams_task_${name}`, help, isPerPartition: true },
      tasks,
      ({ labels }) => labels,
      ({ task }) => valueOf(task),
    );
  return [
    family('counter', 'processed_total', 'records that a task has processed', (task) => task.processed),
    family('counter', 'produced_total', 'records that a task has produced', (task) => task.produced),
    family('counter', 'commits_total', 'commits of a task', (task) => task.commits),
    family('gauge', 'lag', 'records that a task has not processed', ({ inputs }) =>
      inputs.reduce<number | undefined>(
        (sum, { lag }) => (sum === undefined || lag === undefined ? undefined : sum + lag),
        0,
      ),
    ),
    {
      name: 'kafka_streams_task_dropped_total',
      help: 'records that a task has passed over, by reason',
      type: 'counter',
      isPerPartition: true,
      *samples(): Iterable<Sample> {
        for (const { labels, task } of tasks()) {
          for (const [reason, value] of Object.entries(task.dropped))
            yield { labels: { ...labels, reason }, value };
        }
      },
    },
  ];
}

function perThread(observed: readonly Observed[]): readonly MetricFamily[] {
  const family = (
    name: string,
    help: string,
    valueOf: (thread: QueryStatistics['threads'][number]) => number,
  ): MetricFamily =>
    perItem(
      'counter',
      { name: `kafka_streams_thread_${name}`, help },
      () => observed,
      ({ queryId }) => ({ query_id: queryId }),
      ({ statistics }) => {
        const [thread] = statistics.threads;
        return thread === undefined ? undefined : valueOf(thread);
      },
    );
  return [
    family('polls_total', 'rounds of a processing loop', (thread) => thread.rounds),
    family('commits_total', 'commits of a processing loop', (thread) => thread.commits),
    family('poll_seconds_total', 'time in which a loop waited for records', (thread) => thread.pollMs / 1000),
    family('process_seconds_total', 'time in which a loop processed', (thread) => thread.processMs / 1000),
    family('commit_seconds_total', 'time in which a loop committed', (thread) => thread.commitMs / 1000),
    family('restored_stores_total', 'stores that were restored', (thread) => thread.restoredStores),
    family('restored_records_total', 'records of changelogs read', (thread) => thread.restoredRecords),
  ];
}
