import type { QueryStatistics } from '../host/host.ts';
import type { QueryDescription } from './descriptions.ts';

/** What the queries at one source have done, which are those that read it, or those that write it. */
interface SourceStatistics {
  readonly read: readonly QueryStatistics[];
  readonly written: readonly QueryStatistics[];
}

/** The `statistics` of a `sourceDescription`, in the words and columns of ksqlDB; empty without queries. */
export function sourceStatistics({ read, written }: SourceStatistics): string {
  const columns = [
    ...(read.length === 0
      ? []
      : [
          rate(
            'consumer-messages-per-sec',
            sum(read, (s) => s.rowsInPerSecond),
          ),
          count(
            'consumer-total-messages',
            sum(read, (s) => s.rowsIn),
          ),
        ]),
    ...(written.length === 0
      ? []
      : [
          rate(
            'messages-per-sec',
            sum(written, (s) => s.rowsOutPerSecond),
          ),
          count(
            'total-messages',
            sum(written, (s) => s.rowsOut),
          ),
        ]),
  ];
  if (columns.length === 0) return '';
  const lastMs = [...read, ...written].map(({ lastRowMs }) => lastRowMs ?? -1);
  return [...columns, last('last-message', Math.max(...lastMs))].join(' ');
}

/** The numbers of {@link sourceStatistics}, as entries of `clusterStatistics` but for the server that they are of. */
export function sourceStats({ read, written }: SourceStatistics) {
  const stat = (name: string, of: readonly QueryStatistics[], value: (one: QueryStatistics) => number) =>
    of.length === 0
      ? []
      : [{ name, value: sum(of, value), timestamp: Math.max(...of.map(({ lastRowMs }) => lastRowMs ?? 0)) }];
  return [
    ...stat('consumer-messages-per-sec', read, (s) => s.rowsInPerSecond),
    ...stat('consumer-total-messages', read, (s) => s.rowsIn),
    ...stat('messages-per-sec', written, (s) => s.rowsOutPerSecond),
    ...stat('total-messages', written, (s) => s.rowsOut),
  ];
}

/** The numbers of {@link sourceErrorStatistics}: queries without failures have none. */
export function sourceErrorStats({ read, written }: SourceStatistics) {
  const failures = (name: string, of: readonly QueryStatistics[]) => {
    const value = sum(of, ({ errors, rowsDropped }) => errors + rowsDropped);
    const timestamp = Math.max(0, ...of.map(({ lastRowMs }) => lastRowMs ?? 0));
    return value === 0 ? [] : [{ name, value, timestamp }];
  };
  return [...failures('consumer-failed-messages', read), ...failures('failed-messages', written)];
}

interface Failures {
  readonly statistics: readonly QueryStatistics[];
  readonly queries: readonly QueryDescription[];
}

/** The `errorStats` of a `sourceDescription`, and what went wrong last; empty while nothing did. */
export function sourceErrorStatistics({
  read,
  written,
}: {
  readonly read: Failures;
  readonly written: Failures;
}): string {
  return [failuresText('consumer-failed-messages', read), failuresText('failed-messages', written)]
    .filter(Boolean)
    .join(' ');
}

function failuresText(name: string, { statistics, queries }: Failures): string {
  const failed = sum(statistics, ({ errors, rowsDropped }) => errors + rowsDropped);
  if (failed === 0) return '';
  const errors = queries.flatMap((query) => query.errors).toSorted((a, b) => a.timestampMs - b.timestampMs);
  const newest = errors.at(-1);
  const text = `${count(name, failed)} ${last('last-failed', newest?.timestampMs ?? -1)}`;
  return newest === undefined ? text : `${text} last-error: ${newest.message}`;
}

/** What became of the rows that a query has dropped, by the words of the metrics. */
const DROPPED: Readonly<Record<string, string>> = {
  'null-key': 'they have no key',
  'null-value': 'they have no value',
  'null-join-key': 'they have no key to join by',
  'stale-response': 'their row has changed meanwhile',
  'expired-window': 'they came after their window was closed',
  'expired-store': 'they came later than the state is kept',
  'invalid-timestamp': 'they have no time',
  deserialization: 'they cannot be read',
  processing: 'they cannot be processed',
  production: 'they cannot be written',
  refused: 'the broker refuses them',
};

/** The rows that a query has dropped: how many, why, and what was said last. */
export function droppedRows({
  dropped,
  lastRowMs,
}: QueryStatistics): readonly { readonly message: string; readonly timestampMs: number }[] {
  return Object.entries(dropped).map(([reason, rows]) => ({
    message: `${rows} ${rows === 1 ? 'row was' : 'rows were'} dropped: ${DROPPED[reason] ?? reason} (${reason})`,
    timestampMs: lastRowMs ?? 0,
  }));
}

/** What SHOW QUERIES warns of: a query that runs, and passes rows over. */
export async function lossesOf(queries: readonly QueryDescription[]): Promise<readonly string[]> {
  const texts = await Promise.all(
    queries.map(async (query) => {
      const { id, statistics } = query;
      const counted = await statistics?.();
      const failed = counted === undefined ? 0 : counted.rowsDropped + counted.errors;
      const newest = query.errors.at(-1);
      return failed === 0 || counted === undefined
        ? []
        : [
            `${id} has dropped ${counted.rowsDropped} rows and met ${counted.errors} errors; EXPLAIN ${id}; shows them` +
              (newest === undefined ? '' : `. The last: ${newest.message}`),
          ];
    }),
  );
  return texts.flat();
}

/** The `queryOffsetSummaries` of a `sourceDescription`: how far the queries that write it have got in their sources. */
export function offsetSummaries(written: readonly QueryStatistics[]) {
  return written.map(({ groupId, inputs }) => {
    const topics = new Set(inputs.map(({ topic }) => topic));
    return {
      groupId,
      topicSummaries: [...topics].map((kafkaTopic) => ({
        kafkaTopic,
        // ksqlDB's numbers cannot say that something is not known: then the partition is left out.
        offsets: inputs.flatMap(({ topic, partition, startOffset, endOffset, offset }) =>
          topic !== kafkaTopic || startOffset === undefined || endOffset === undefined || offset === undefined
            ? []
            : [
                {
                  partition,
                  logStartOffset: startOffset,
                  logEndOffset: endOffset,
                  consumerOffset: offset,
                },
              ],
        ),
      })),
    };
  });
}

/** The `tasksMetadata` of a `queryDescription`. */
export function tasksMetadata({ inputs }: QueryStatistics) {
  const taskIds = [...new Set(inputs.map(({ taskId }) => taskId))].sort();
  return taskIds.map((id) => ({
    taskId: id,
    topicOffsets: inputs
      .filter(({ taskId }) => taskId === id)
      .map(({ topic, partition, offset, endOffset, lag }) => ({
        topicPartitionEntity: { topic, partition },
        endOffset: endOffset ?? null,
        offset: offset ?? null,
        lag: lag ?? null,
      })),
    timeCurrentIdlingStarted: null,
  }));
}

/** What queries have done, those that run. */
export async function statisticsOf(
  queries: readonly QueryDescription[],
): Promise<readonly QueryStatistics[]> {
  return Promise.all(queries.flatMap(({ statistics }) => (statistics === undefined ? [] : [statistics()])));
}

const sum = (all: readonly QueryStatistics[], of: (one: QueryStatistics) => number): number =>
  all.reduce((total, each) => total + of(each), 0);

const rate = (name: string, value: number): string => `${name}: ${value.toFixed(2).padStart(10)}`;
const count = (name: string, value: number): string => `${name}: ${String(value).padStart(10)}`;
const last = (name: string, atMs: number): string =>
  `${name.padStart(15)}: ${(atMs < 0 ? 'n/a' : new Date(atMs).toISOString()).padStart(9)}`;
