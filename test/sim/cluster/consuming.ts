import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { Consumer, type ConsumerOptions } from '../../../src/client/index.ts';
import type { History } from './history.ts';
import type { WorkloadContext } from './workload.ts';

interface ConsumingOptions {
  readonly name: string;
  readonly topic: string;
  readonly history: History;
}

const POLL_MS = 200;

/** What every consumer of these runs is made with. */
function consumerOptions({ simulation, bootstrapServers }: WorkloadContext, host: string): ConsumerOptions {
  const random = simulation.stream(host);
  return {
    environment: simulation.host(host).environment,
    bootstrapServers,
    clientId: host,
    requestTimeoutMs: random.pick([800, 1_500]),
    connectTimeoutMs: 1_000,
    fetchWaitMsMax: 200,
    partitionFetchBytesMax: random.pick([300, 2_000, 100_000]),
    pollRecordsMax: random.pick([7, 500]),
    retryBackoffMs: 20,
    retryBackoffMsMax: 300,
    reconnectBackoffMsMax: 300,
    metadataAgeMsMax: 2_000,
    defaultApiTimeoutMs: 3_000,
  };
}

/** Errors that a consumer may meet while the cluster is in trouble: it goes on afterwards. */
function isTrouble(error: unknown): boolean {
  return error instanceof OperationalError && error.retriable;
}

/** A consumer of all partitions from the beginning: each record once, in order, without a gap. */
export class Tailing {
  readonly #options: ConsumingOptions;
  readonly #context: WorkloadContext;
  readonly #consumer: Consumer;
  /** Next offset, by partition. */
  readonly #next: number[];
  /** Leader epoch of the newest record, by partition. */
  readonly #epochs: number[] = [];
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(context: WorkloadContext, options: ConsumingOptions) {
    this.#context = context;
    this.#options = options;
    this.#next = Array.from({ length: context.shape.partitions }, () => 0);
    this.#consumer = new Consumer({
      ...consumerOptions(context, options.name),
      autoOffsetReset: 'none',
    });
    const partitions = this.#next.map((_, partition) => ({ topic: options.topic, partition }));
    this.#consumer.assign(partitions);
    for (const partition of partitions) this.#consumer.seek(partition, 0);
    this.#done = this.#run();
  }

  hasReached(ends: readonly number[]): boolean {
    return this.#next.every((offset, partition) => offset >= (ends[partition] ?? 0));
  }

  /** How far it has got, in words. */
  progress(ends: readonly number[]): string {
    return `${this.#options.name} is at ${this.#next.join()} of ${ends.join()}`;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#consumer.close({ timeoutMs: 1_000 });
  }

  async #run(): Promise<void> {
    const { name, history } = this.#options;
    const { simulation, violate } = this.#context;
    while (!this.#stopped) {
      try {
        for (const { partition, records, leaderEpoch, highWatermark } of await this.#consumer.poll(POLL_MS)) {
          for (const { offset, value } of records) {
            const expected = this.#next[partition];
            if (offset !== expected)
              violate('read-gap', `${name} expected ${partition}:${expected} and got ${offset}`);
            if (offset >= highWatermark)
              violate('read-uncommitted', `${name} got ${partition}:${offset} beyond ${highWatermark}`);
            this.#next[partition] = offset + 1;
            history.onRead(partition, offset, String(value));
          }
          const epoch = this.#epochs[partition] ?? -1;
          if (leaderEpoch < epoch)
            violate('epoch-back', `${name} got epoch ${leaderEpoch} of ${partition} after ${epoch}`);
          this.#epochs[partition] = leaderEpoch;
        }
      } catch (error) {
        simulation.note(`${name}: ${messageOf(error)}`);
        if (!isTrouble(error)) {
          violate('consumer-failed', `${name} failed: ${messageOf(error)}`);
          return;
        }
        await simulation.host(name).environment.timers.sleep(50);
      }
    }
  }
}

/** A member of a group that commits what it has processed; now and then it leaves or dies and another one takes its place. */
export class Member {
  readonly #options: ConsumingOptions & {
    readonly groupId: string;
    readonly covered: readonly Set<number>[];
  };
  readonly #context: WorkloadContext;
  #stopped = false;
  readonly #done: Promise<void>;

  /** @param options.covered what the whole group has processed, by partition. */
  constructor(
    context: WorkloadContext,
    options: ConsumingOptions & { readonly groupId: string; readonly covered: readonly Set<number>[] },
  ) {
    this.#context = context;
    this.#options = options;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) await this.#live();
  }

  /** From joining to leaving. */
  async #live(): Promise<void> {
    const { name, topic, groupId, history, covered } = this.#options;
    const { simulation, violate } = this.#context;
    const random = simulation.stream(name);
    const { environment } = simulation.host(name);
    const consumer = new Consumer({
      ...consumerOptions(this.#context, name),
      groupId,
      autoOffsetReset: 'earliest',
      autoCommit: random.chance(0.3),
      autoCommitIntervalMs: 300,
      assignors: ['cooperative-sticky'],
      sessionTimeoutMs: 2_000,
      heartbeatIntervalMs: 300,
    });
    consumer.subscribe([topic]);
    const endMs = environment.clock.monotonicMs() + random.between(2_000, 20_000);
    while (!this.#stopped && environment.clock.monotonicMs() < endMs) {
      try {
        for (const { partition, records } of await consumer.poll(POLL_MS)) {
          for (const { offset, value } of records) {
            history.onRead(partition, offset, String(value));
            covered[partition]?.add(offset);
          }
        }
        if (random.chance(0.3)) await consumer.commit();
      } catch (error) {
        simulation.note(`${name}: ${messageOf(error)}`);
        const isFenced = error instanceof OperationalError && error.code === 'COMMIT_FAILED';
        if (!isTrouble(error) && !isFenced) {
          violate('consumer-failed', `${name} failed: ${messageOf(error)}`);
          this.#stopped = true;
        }
        await environment.timers.sleep(50);
      }
    }
    // One that closes without leaving is one that died, as far as the group can see.
    const leaveGroup = this.#stopped || random.chance(0.5);
    await consumer.close({ timeoutMs: 1_000, leaveGroup }).catch((error: unknown) => {
      simulation.note(`${name}: ${messageOf(error)}`);
    });
  }
}
