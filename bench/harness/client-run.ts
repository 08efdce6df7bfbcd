import { Meter } from './meter.ts';

/**
 * What a client of the comparison is told, by its arguments: bootstrap servers, `produce` or `consume`, topic, records,
 * and records of a batch where that is not 1,000.
 *
 * All clients produce alike: values of 100 bytes without a key to one partition, acks=all, no compression, no
 * idempotence, batches of 1,000 records, five of them in flight. All consume alike: as the one member of a group, from
 * the earliest record on, up to 10 MiB a fetch, bytes left as they are.
 */
export interface ClientRun {
  readonly bootstrap: string;
  readonly mode: 'produce' | 'consume';
  readonly topic: string;
  readonly records: number;
  /** Records of a batch of ours, and of librdkafka's. */
  readonly batchRecords: number;
  readonly meter: Meter;
}

export const VALUE = Buffer.alloc(100, 'x');
export const BATCH_RECORDS = 1_000;
/** What a batch of ours is full with: records of 100 bytes with the 8 that frame each of them, and a header. */
export const batchBytesOf = (records: number): number => records * 108 + 61;
export const IN_FLIGHT = 5;
export const FETCH_BYTES = 10 * 1024 * 1024;

export function clientRun(): ClientRun {
  const [bootstrap = '', mode = '', topic = '', records = '0', batchRecords] = process.argv.slice(2);
  if (mode !== 'produce' && mode !== 'consume') throw new Error(`unknown mode ${mode}`);
  return {
    bootstrap,
    mode,
    topic,
    records: Number(records),
    batchRecords: Number(batchRecords ?? BATCH_RECORDS),
    meter: new Meter(Number(records)),
  };
}

/** Sends all records in batches, {@link IN_FLIGHT} at a time; for clients whose `send` takes a batch and is awaited. */
export async function produceBatches(
  { records, meter }: ClientRun,
  send: (batchSize: number) => Promise<unknown>,
): Promise<void> {
  let sent = 0;
  let acknowledged = 0;
  const lane = async (): Promise<void> => {
    while (sent < records) {
      const size = Math.min(BATCH_RECORDS, records - sent);
      sent += size;
      await send(size);
      acknowledged += size;
      meter.advanceTo(acknowledged);
    }
  };
  meter.start();
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}
