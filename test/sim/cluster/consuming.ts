import type { Environment } from '../../../src/base/environment.ts';
import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { Consumer, type ConsumerOptions } from '../../../src/client/index.ts';
import type { Simulation } from '../simulation.ts';
import type { History } from './history.ts';
import { BOOTSTRAP_SERVERS } from './simulated-cluster.ts';

export interface ConsumingOptions {
  readonly name: string;
  readonly topic: string;
  readonly partitions: number;
  readonly history: History;
  readonly onViolation: (what: string) => void;
}

const POLL_MS = 200;

/** What every consumer of these runs is made with. */
function consumerOptions(simulation: Simulation, environment: Environment): ConsumerOptions {
  return {
    environment,
    bootstrapServers: BOOTSTRAP_SERVERS,
    requestTimeoutMs: simulation.random.pick([800, 1_500]),
    connectTimeoutMs: 1_000,
    fetchWaitMsMax: 200,
    partitionFetchBytesMax: simulation.random.pick([300, 2_000, 100_000]),
    pollRecordsMax: simulation.random.pick([7, 500]),
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
  readonly #simulation: Simulation;
  readonly #consumer: Consumer;
  /** Next offset, by partition. */
  readonly #next: number[];
  /** Leader epoch of the newest record, by partition. */
  readonly #epochs: number[] = [];
  #stopped = false;
  readonly #done: Promise<void>;

  constructor(simulation: Simulation, options: ConsumingOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.#next = Array.from({ length: options.partitions }, () => 0);
    this.#consumer = new Consumer({
      ...consumerOptions(simulation, simulation.host(options.name).environment),
      clientId: options.name,
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

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#consumer.close({ timeoutMs: 1_000 });
  }

  async #run(): Promise<void> {
    const { name, history, onViolation } = this.#options;
    while (!this.#stopped) {
      try {
        for (const { partition, records, leaderEpoch, highWatermark } of await this.#consumer.poll(POLL_MS)) {
          for (const { offset, value } of records) {
            const expected = this.#next[partition];
            if (offset !== expected)
              onViolation(`${name} expected ${partition}:${expected} and got ${offset}`);
            if (offset >= highWatermark)
              onViolation(`${name} got ${partition}:${offset} beyond ${highWatermark}`);
            this.#next[partition] = offset + 1;
            history.onRead(partition, offset, String(value));
          }
          const epoch = this.#epochs[partition] ?? -1;
          if (leaderEpoch < epoch)
            onViolation(`${name} got epoch ${leaderEpoch} of ${partition} after ${epoch}`);
          this.#epochs[partition] = leaderEpoch;
        }
      } catch (error) {
        this.#simulation.note(`${name}: ${messageOf(error)}`);
        if (!isTrouble(error)) {
          onViolation(`${name} failed: ${messageOf(error)}`);
          return;
        }
        await this.#simulation.host(name).environment.timers.sleep(50);
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
  readonly #simulation: Simulation;
  #stopped = false;
  readonly #done: Promise<void>;

  /** @param options.covered what the whole group has processed, by partition. */
  constructor(
    simulation: Simulation,
    options: ConsumingOptions & { readonly groupId: string; readonly covered: readonly Set<number>[] },
  ) {
    this.#simulation = simulation;
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
    const { name, topic, groupId, history, covered, onViolation } = this.#options;
    const { random } = this.#simulation;
    const { environment } = this.#simulation.host(name);
    const consumer = new Consumer({
      ...consumerOptions(this.#simulation, environment),
      clientId: name,
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
        this.#simulation.note(`${name}: ${messageOf(error)}`);
        const isFenced = error instanceof OperationalError && error.code === 'COMMIT_FAILED';
        if (!isTrouble(error) && !isFenced) {
          onViolation(`${name} failed: ${messageOf(error)}`);
          this.#stopped = true;
        }
        await environment.timers.sleep(50);
      }
    }
    // One that closes without leaving is one that died, as far as the group can see.
    const leaveGroup = this.#stopped || random.chance(0.5);
    await consumer.close({ timeoutMs: 1_000, leaveGroup }).catch((error: unknown) => {
      this.#simulation.note(`${name}: ${messageOf(error)}`);
    });
  }
}
