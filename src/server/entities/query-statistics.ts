import type { QueryDescription, QueryStatistics } from '../../sql/index.ts';

/** The queries at one source, which are those that read it, or those that write it. */
export interface SourceQueries {
  readonly readers: readonly QueryDescription[];
  readonly writers: readonly QueryDescription[];
}

/** The `statistics` of a `sourceDescription`, in the words and columns of ksqlDB; empty without queries. */
export function sourceStatistics({ readers, writers }: SourceQueries): string {
  const read = statisticsOf(readers);
  const written = statisticsOf(writers);
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

/** The `errorStats` of a `sourceDescription`; empty while nothing went wrong. */
export function sourceErrorStatistics({ readers }: SourceQueries): string {
  const failed = sum(statisticsOf(readers), ({ errors, rowsDropped }) => errors + rowsDropped);
  if (failed === 0) return '';
  const lastMs = readers.flatMap(({ errors }) => errors.map(({ timestampMs }) => timestampMs));
  return `${count('consumer-failed-messages', failed)} ${last('last-failed', Math.max(-1, ...lastMs))}`;
}

/** The `queryOffsetSummaries` of a `sourceDescription`: how far the queries that write it have got in their sources. */
export function offsetSummaries(queries: readonly QueryDescription[]) {
  return statisticsOf(queries).map((statistics) => {
    const inputs = Object.values(statistics.tasks).flatMap((task) => task.inputs);
    const topics = new Set(inputs.map(({ topic }) => topic));
    return {
      groupId: statistics.groupId,
      topicSummaries: [...topics].map((kafkaTopic) => ({
        kafkaTopic,
        offsets: inputs
          .filter(({ topic }) => topic === kafkaTopic)
          .map(({ partition, startOffset, endOffset, offset }) => ({
            partition,
            logStartOffset: startOffset ?? 0,
            logEndOffset: endOffset ?? 0,
            consumerOffset: offset ?? startOffset ?? 0,
          })),
      })),
    };
  });
}

/** The `tasksMetadata` of a `queryDescription`. */
export function tasksMetadata({ tasks }: QueryStatistics) {
  return Object.entries(tasks).map(([taskId, { inputs }]) => ({
    taskId,
    topicOffsets: inputs.map(({ topic, partition, offset, startOffset, endOffset, lag }) => ({
      topicPartitionEntity: { topic, partition },
      endOffset: endOffset ?? null,
      offset: offset ?? startOffset ?? null,
      lag: lag ?? null,
    })),
    timeCurrentIdlingStarted: null,
  }));
}

const statisticsOf = (queries: readonly QueryDescription[]): readonly QueryStatistics[] =>
  queries.flatMap(({ statistics }) => (statistics === undefined ? [] : [statistics()]));

const sum = (all: readonly QueryStatistics[], of: (one: QueryStatistics) => number): number =>
  all.reduce((total, each) => total + of(each), 0);

const rate = (name: string, value: number): string => `${name}: ${value.toFixed(2).padStart(10)}`;
const count = (name: string, value: number): string => `${name}: ${String(value).padStart(10)}`;
const last = (name: string, atMs: number): string =>
  `${name.padStart(15)}: ${(atMs < 0 ? 'n/a' : new Date(atMs).toISOString()).padStart(9)}`;
