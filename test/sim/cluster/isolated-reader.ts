import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { Consumer, type ConsumerRecord, type IsolationLevel } from '../../../src/client/index.ts';
import { QUICK_TIMES } from './client-times.ts';
import type { WorkloadContext } from './workload.ts';

const POLL_MS = 500;

export interface IsolatedReaderOptions {
  /** Of its host, too. */
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly isolationLevel: IsolationLevel;
  readonly onRecord: (partition: number, record: ConsumerRecord) => void;
}

/** Reads all partitions of a topic from offset 0 on, for as long as it lives: offsets only rise, none is met again. */
export class IsolatedReader {
  readonly #context: WorkloadContext;
  readonly #options: IsolatedReaderOptions;
  readonly #consumer: Consumer;
  readonly #done: Promise<void>;
  /** Offset of the last record, by partition. */
  readonly #last: number[];
  #stopped = false;

  constructor(context: WorkloadContext, options: IsolatedReaderOptions) {
    const { name, topic, partitions, isolationLevel } = options;
    const { simulation, bootstrapServers } = context;
    const random = simulation.stream(name);
    this.#context = context;
    this.#options = options;
    this.#last = Array.from({ length: partitions }, () => -1);
    this.#consumer = new Consumer({
      ...QUICK_TIMES,
      environment: simulation.host(name).environment,
      bootstrapServers,
      clientId: name,
      isolationLevel,
      autoOffsetReset: 'none',
      fetchWaitMsMax: 500,
      partitionFetchBytesMax: random.pick([300, 2_000, 100_000]),
      pollRecordsMax: random.pick([7, 500]),
      metadataAgeMsMax: 2_000,
      defaultApiTimeoutMs: 3_000,
    });
    const places = this.#last.map((_, partition) => ({ topic, partition }));
    this.#consumer.assign(places);
    for (const place of places) this.#consumer.seek(place, 0);
    this.#done = this.#run();
  }

  /** How far it has not come yet, in words; undefined when it has come to these offsets. */
  missing(ends: readonly number[]): string | undefined {
    const { name, topic } = this.#options;
    for (const [partition, end] of ends.entries()) {
      const position = this.#consumer.positionNow({ topic, partition }) ?? 0;
      if (position < end) return `${name} is at ${position} of ${end} in ${topic}-${partition}`;
    }
    return undefined;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#consumer.close({ timeoutMs: 500 });
  }

  async #run(): Promise<void> {
    const { simulation, violate } = this.#context;
    const { name } = this.#options;
    const { timers } = simulation.host(name).environment;
    while (!this.#stopped) {
      try {
        for (const { partition, records } of await this.#consumer.poll(POLL_MS))
          for (const record of records) this.#onRecord(partition, record);
      } catch (error) {
        simulation.note(`${name}: ${messageOf(error)}`);
        if (!(error instanceof OperationalError && error.retriable)) {
          violate('reader-fails', `${name} failed: ${messageOf(error)}`);
          return;
        }
        await timers.sleep(50);
      }
    }
  }

  #onRecord(partition: number, record: ConsumerRecord): void {
    const { name, topic, onRecord } = this.#options;
    const last = this.#last[partition] ?? -1;
    if (record.offset <= last) {
      const what = `${name} was given offset ${record.offset} of ${topic}-${partition} after ${last}`;
      this.#context.violate('offsets-rise', what);
    }
    this.#last[partition] = record.offset;
    onRecord(partition, record);
  }
}
