import { messageOf, OperationalError } from '../../../../src/base/errors.ts';
import { Admin, type IsolationLevel } from '../../../../src/client/index.ts';
import { QUICK_TIMES } from '../client-times.ts';
import type { WorkloadContext } from '../workload.ts';

/**
 * Asks again and again where a topic ends for a reader in read_committed: the last stable offset never goes back, and is
 * never beyond what is told of the high watermark a moment later. One client asks for both: its metadata never go back to a
 * leader of before, as those of another client may, to one that does not know yet that it leads no more.
 */
export class StableOffsetProbe {
  readonly #context: WorkloadContext;
  readonly #name: string;
  readonly #topic: string;
  readonly #partitions: number;
  readonly #onStable: (partition: number, offset: number) => void;
  readonly #admin: Admin;
  readonly #stable: number[] = [];
  readonly #done: Promise<void>;
  #stopped = false;
  /** Answers so far. */
  count = 0;

  constructor(
    context: WorkloadContext,
    options: {
      readonly name: string;
      readonly topic: string;
      readonly partitions: number;
      /** Called with each answer. */
      readonly onStable: (partition: number, offset: number) => void;
    },
  ) {
    this.#context = context;
    this.#name = options.name;
    this.#topic = options.topic;
    this.#partitions = options.partitions;
    this.#onStable = options.onStable;
    this.#admin = new Admin({
      ...QUICK_TIMES,
      environment: this.#environment,
      bootstrapServers: context.bootstrapServers,
      clientId: this.#name,
      metadataAgeMsMax: 500,
      defaultApiTimeoutMs: 1_500,
    });
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
    await this.#admin.close();
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
        this.#onStable(partition, stable);
        const end = await this.#end('read_uncommitted', partition);
        if (end < stable) violate('stable-offset', `${what} was ${stable} before it ended at ${end}`);
        this.count++;
      } catch (error) {
        simulation.note(`${this.#name}: ${messageOf(error)}`);
        if (!isPassing(error)) {
          violate('reader-fails', `${this.#name} failed: ${messageOf(error)}`);
          return;
        }
      }
      await this.#environment.timers.sleep(random.int(300));
    }
  }

  async #end(isolationLevel: IsolationLevel, partition: number): Promise<number> {
    const place = { topic: this.#topic, partition, spec: 'latest' } as const;
    const [end] = await this.#admin.listOffsets([place], { isolationLevel });
    return end?.offset ?? 0;
  }

  get #environment() {
    return this.#context.simulation.host(this.#name).environment;
  }
}

/** A broker that was cut off when the topic was made has not heard of it. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof OperationalError && (error.retriable || error.code === 'UNKNOWN_TOPIC_OR_PARTITION')
  );
}
