import type { QueryDescription, QueryStatistics } from '../../sql/index.ts';

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

/** The `errorStats` of a `sourceDescription`; empty while nothing went wrong. */
export function sourceErrorStatistics(
  read: readonly QueryStatistics[],
  readers: readonly QueryDescription[],
): string {
  const failed = sum(read, ({ errors, rowsDropped }) => errors + rowsDropped);
  if (failed === 0) return '';
  const lastMs = readers.flatMap(({ errors }) => errors.map(({ timestampMs }) => timestampMs));
  return `${count('consumer-failed-messages', failed)} ${last('last-failed', Math.max(-1, ...lastMs))}`;
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
