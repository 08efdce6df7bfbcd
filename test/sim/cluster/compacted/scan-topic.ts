import { messageOf, OperationalError } from '../../../../src/base/errors.ts';
import { Consumer } from '../../../../src/client/index.ts';
import { QUICK_TIMES } from '../client-times.ts';
import type { WorkloadContext } from '../workload.ts';
import type { Scan } from './key-checks.ts';

const POLL_MS = 200;
/** How often it is behind again when it has come to the end, before it is given up. */
const ROUNDS_MAX = 200;

/** The header that says of which write a record is. */
export const ID_HEADER = 'id';

interface ScanOptions {
  /** Of its host. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly onRecord: (partition: number, offset: number, id: string) => void;
}

/**
 * Reads a topic in read_committed from its beginning, until it is caught up in all partitions.
 * @returns undefined where it could not, because the cluster is in trouble.
 */
export async function scanTopic(context: WorkloadContext, options: ScanOptions): Promise<Scan | undefined> {
  const { simulation, bootstrapServers, violate } = context;
  const { name, topic } = options;
  const random = simulation.stream(name);
  const consumer = new Consumer({
    ...QUICK_TIMES,
    environment: simulation.host(name).environment,
    bootstrapServers,
    clientId: name,
    isolationLevel: 'read_committed',
    autoOffsetReset: 'earliest',
    fetchWaitMsMax: 50,
    partitionFetchBytesMax: random.pick([500, 5_000, 100_000]),
    pollRecordsMax: random.pick([7, 500]),
    defaultApiTimeoutMs: 2_000,
  });
  try {
    return await readAll(context, consumer, options);
  } catch (error) {
    simulation.note(`${name}: ${messageOf(error)}`);
    if (!(error instanceof OperationalError && error.retriable))
      violate('reader-fails', `${name} failed to read ${topic}: ${messageOf(error)}`);
    return undefined;
  } finally {
    await consumer.close({ timeoutMs: 500 });
  }
}

async function readAll(
  { violate }: WorkloadContext,
  consumer: Consumer,
  { name, topic, partitions, onRecord }: ScanOptions,
): Promise<Scan | undefined> {
  const places = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
  const endsNow = async (): Promise<readonly number[]> => {
    const ends = await consumer.endOffsets(places);
    return places.map(({ partition }) => ends.find((end) => end.partition === partition)?.offset ?? 0);
  };
  const stable = await endsNow();
  const last = new Map<string, { readonly offset: number; readonly id: string }>();
  const lastOffsets = places.map(() => -1);
  const reached = (): readonly number[] => places.map((place) => consumer.positionNow(place) ?? 0);
  consumer.assign(places);
  let ends = stable;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    for (const { partition, records } of await consumer.poll(POLL_MS)) {
      for (const { offset, key, headers } of records) {
        if (offset <= (lastOffsets[partition] ?? -1)) {
          const what = `${name} was given ${offset} of ${topic}-${partition} after ${lastOffsets[partition]}`;
          violate('offsets-rise', what);
        }
        lastOffsets[partition] = offset;
        const id = String(headers.find((header) => header.key === ID_HEADER)?.value);
        last.set(String(key), { offset, id });
        onRecord(partition, offset, id);
      }
    }
    if (reached().some((offset, partition) => offset < (ends[partition] ?? 0))) continue;
    ends = await endsNow();
    if (reached().every((offset, partition) => offset >= (ends[partition] ?? 0)))
      return { last, stable, reached: reached() };
  }
  return undefined;
}
