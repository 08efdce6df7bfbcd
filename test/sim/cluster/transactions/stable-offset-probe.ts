import { messageOf, OperationalError } from '../../../../src/base/errors.ts';
import { Consumer, type IsolationLevel } from '../../../../src/client/index.ts';
import { QUICK_TIMES } from '../client-times.ts';
import type { WorkloadContext } from '../workload.ts';

/**
 * Asks again and again where a topic ends for a reader in read_committed: the last stable offset never goes back, and is
 * never beyond what a reader in read_uncommitted is told a moment later.
 */
export class StableOffsetProbe {
  readonly #context: WorkloadContext;
  readonly #name: string;
  readonly #topic: string;
  readonly #partitions: number;
  readonly #ends: Readonly<Record<IsolationLevel, Consumer>>;
  readonly #stable: number[] = [];
  readonly #done: Promise<void>;
  #stopped = false;
  /** Answers so far. */
  count = 0;

  constructor(
    context: WorkloadContext,
    options: { readonly name: string; readonly topic: string; readonly partitions: number },
  ) {
    this.#context = context;
    this.#name = options.name;
    this.#topic = options.topic;
    this.#partitions = options.partitions;
    this.#ends = {
      read_committed: this.#consumer('read_committed'),
      read_uncommitted: this.#consumer('read_uncommitted'),
    };
    this.#done = this.#run();
  }

  /**
   * Resolves when no transaction holds a reader up any more.
   * @returns what still does after `timeoutMs` of virtual time.
   */
  async settled(timeoutMs: number): Promise<string | undefined> {
    const { clock, timers } = this.#environment;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    for (;;) {
      const held = await this.#held().catch((error: unknown) => messageOf(error));
      if (held === undefined || clock.monotonicMs() > deadlineMs) return held;
      await timers.sleep(100);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    for (const consumer of Object.values(this.#ends)) await consumer.close({ timeoutMs: 500 });
  }

  /** The first partition whose last stable offset is not its end. */
  async #held(): Promise<string | undefined> {
    for (let partition = 0; partition < this.#partitions; partition++) {
      const stable = await this.#end('read_committed', partition);
      const end = await this.#end('read_uncommitted', partition);
      if (stable < end) return `${this.#topic}-${partition} is stable up to ${stable} and ends at ${end}`;
    }
    return undefined;
  }

  async #run(): Promise<void> {
    const { simulation, violate } = this.#context;
    const random = simulation.stream(this.#name);
    while (!this.#stopped) {
      const partition = random.int(this.#partitions);
      try {
        const stable = await this.#end('read_committed', partition);
        const before = this.#stable[partition] ?? 0;
        const what = `the last stable offset of ${this.#topic}-${partition}`;
        if (stable < before) violate('stable-offset', `${what} went from ${before} to ${stable}`);
        this.#stable[partition] = stable;
        const end = await this.#end('read_uncommitted', partition);
        if (end < stable) violate('stable-offset', `${what} was ${stable} before it ended at ${end}`);
        this.count++;
      } catch (error) {
        simulation.note(`${this.#name}: ${messageOf(error)}`);
        if (!(error instanceof OperationalError && error.retriable)) {
          violate('reader-fails', `${this.#name} failed: ${messageOf(error)}`);
          return;
        }
      }
      await this.#environment.timers.sleep(random.int(300));
    }
  }

  async #end(isolationLevel: IsolationLevel, partition: number): Promise<number> {
    const [end] = await this.#ends[isolationLevel].endOffsets([{ topic: this.#topic, partition }]);
    return end?.offset ?? 0;
  }

  get #environment() {
    return this.#context.simulation.host(this.#name).environment;
  }

  #consumer(isolationLevel: IsolationLevel): Consumer {
    return new Consumer({
      ...QUICK_TIMES,
      environment: this.#environment,
      bootstrapServers: this.#context.bootstrapServers,
      clientId: this.#name,
      isolationLevel,
      metadataAgeMsMax: 500,
      defaultApiTimeoutMs: 1_500,
    });
  }
}
