import { messageOf, OperationalError } from '../../../../src/base/errors.ts';
import { type AssignorName, Consumer } from '../../../../src/client/index.ts';
import { QUICK_TIMES } from '../client-times.ts';
import { IsolatedReader } from '../isolated-reader.ts';
import { PartitionContent } from '../partition-content.ts';
import type { LogEnds, Workload, WorkloadContext, WorkloadTopic } from '../workload.ts';
import { InputWriter } from './input-writer.ts';
import { faultsOfTransform } from './transform-checks.ts';
import { Transformer } from './transformer.ts';

const INPUT = 'orders';
const OUTPUT = 'invoices';
const PARTITIONS = 2;
const GROUP = 'invoicing';
const INSTANCES = 2;
const SUPERVISOR = 'transforming';
/** From the end of the input until all of it is processed. */
const CATCH_UP_MS = 60_000;
/** What instances have to end in good order. */
const CLOSE_MS = 4_000;

/**
 * Instances of an application that read a topic as a group and write what they make of it to another one, in transactions
 * with their offsets. They are killed, stopped and replaced, by one that has the transactional id of another that still runs
 * now and then. Each input record is in the output once, see {@link faultsOfTransform}; and
 *
 * - `transform-stuck`: in the end the group does not come to the end of its input;
 * - `transform-offsets`: the committed offset of a partition is not where its last committed result says.
 */
export class Transforming implements Workload {
  readonly name = 'transforming';
  readonly topics: readonly WorkloadTopic[] = [
    { name: INPUT, partitions: PARTITIONS, equalBytes: true },
    { name: OUTPUT, partitions: PARTITIONS, equalBytes: true },
  ];
  readonly #context: WorkloadContext;
  readonly #input: PartitionContent;
  readonly #output: PartitionContent;
  readonly #readers: IsolatedReader[] = [];
  /** Of no group: it asks how far the group is. */
  readonly #committed: Consumer;
  readonly #assignor: AssignorName;
  #writer: InputWriter | undefined;
  #supervising: Promise<unknown> = Promise.resolve();
  #stopped = false;
  /** Faults are over: nobody is killed any more. */
  #isSpared = false;
  /** What the group has committed in the end, by partition. */
  #offsets: readonly number[] = [];
  #instances = 0;

  constructor(context: WorkloadContext) {
    const { simulation, bootstrapServers, violate } = context;
    this.#context = context;
    this.#input = new PartitionContent({ name: INPUT, partitions: PARTITIONS, violate });
    this.#output = new PartitionContent({ name: OUTPUT, partitions: PARTITIONS, violate });
    this.#assignor = simulation.stream(SUPERVISOR).pick(['cooperative-sticky', 'range'] as const);
    this.#committed = new Consumer({
      ...QUICK_TIMES,
      environment: simulation.host(SUPERVISOR).environment,
      bootstrapServers,
      clientId: SUPERVISOR,
      groupId: GROUP,
      autoCommit: false,
      defaultApiTimeoutMs: 2_000,
    });
  }

  get count(): number {
    return this.#output.size;
  }

  get counts(): Readonly<Record<string, number>> {
    return { input: this.#input.size, output: this.#output.size, instances: this.#instances };
  }

  start(): void {
    this.#writer = new InputWriter(this.#context, { name: 'orders', topic: INPUT, partitions: PARTITIONS });
    this.#supervising = Promise.all(Array.from({ length: INSTANCES }, (_, index) => this.#supervise(index)));
  }

  async stop(): Promise<void> {
    this.#isSpared = true;
    await this.#writer?.stop();
    const behind = await this.#catchUp();
    if (behind !== undefined) this.#context.violate('transform-stuck', behind);
    this.#stopped = true;
    await this.#supervising;
  }

  readBack(): void {
    for (const [topic, content] of [
      [INPUT, this.#input],
      [OUTPUT, this.#output],
    ] as const) {
      const reader = new IsolatedReader(this.#context, {
        name: `${topic}-reader`,
        topic,
        partitions: PARTITIONS,
        isolationLevel: 'read_committed',
        onRecord: (partition, { offset, value }) => content.onRecord(partition, offset, String(value)),
      });
      this.#readers.push(reader);
    }
  }

  missing(ends: LogEnds): string | undefined {
    for (const [index, topic] of [INPUT, OUTPUT].entries()) {
      const missing = this.#readers[index]?.missing(ends.get(topic) ?? []);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }

  check(ends: LogEnds): void {
    const { violate } = this.#context;
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const input = this.#input.of(partition);
      const output = this.#output.of(partition);
      for (const { checker, what } of faultsOfTransform(partition, { input, output })) violate(checker, what);
      const end = ends.get(INPUT)?.[partition] ?? 0;
      const offset = this.#offsets[partition] ?? 0;
      if (offset === end) continue;
      const what = `the group has committed ${offset} of ${INPUT}-${partition}, which ends at ${end}`;
      violate('transform-offsets', what);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.stop()));
    await this.#committed.close({ timeoutMs: 500 });
  }

  /** Resolves when all input is processed; with what is not where that takes too long. */
  async #catchUp(): Promise<string | undefined> {
    const { clock } = this.#context.simulation.host(SUPERVISOR).environment;
    const deadlineMs = clock.monotonicMs() + CATCH_UP_MS;
    for (;;) {
      const behind = await this.#behind();
      if (behind === undefined || clock.monotonicMs() > deadlineMs) return behind;
      await this.#sleep(100);
    }
  }

  async #behind(): Promise<string | undefined> {
    const places = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: INPUT, partition }));
    try {
      const ends = await this.#committed.endOffsets(places);
      const committed = await this.#committed.committed(places);
      this.#offsets = places.map(
        ({ partition }) => committed.find((found) => found.partition === partition)?.offset ?? 0,
      );
      const behind = ends.find(({ partition, offset }) => (this.#offsets[partition] ?? 0) < offset);
      if (behind === undefined) return undefined;
      const { partition, offset } = behind;
      return `the group is at ${this.#offsets[partition]} of ${offset} in ${INPUT}-${partition}`;
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      return messageOf(error);
    }
  }

  /** Instances one after the other; one that is replaced may go on for a while. */
  async #supervise(index: number): Promise<void> {
    const { simulation } = this.#context;
    const random = simulation.stream(`${SUPERVISOR} ${index}`);
    const hosts = [`transformer${index}a`, `transformer${index}b`];
    const running = new Map<string, Transformer>();
    for (let turn = 0; !this.#stopped; turn++) {
      const host = hosts[turn % hosts.length] ?? '';
      running.get(host)?.kill();
      const instance = new Transformer(this.#context, {
        host,
        transactionalId: `invoicing-${index}`,
        groupId: GROUP,
        input: INPUT,
        output: OUTPUT,
        assignor: this.#assignor,
      });
      this.#instances++;
      running.set(host, instance);
      const endMs = simulation.nowMs + random.between(2_000, 9_000);
      await this.#whileItRuns(instance, () => this.#stopped || (simulation.nowMs > endMs && !this.#isSpared));
      const dice = random.float();
      if (dice < 0.45) instance.kill();
      else if (dice < 0.7) instance.stop();
      if (random.chance(0.2)) await this.#sleep(random.int(3_000));
    }
    const endMs = simulation.nowMs + CLOSE_MS;
    for (const instance of running.values()) {
      instance.stop();
      await this.#whileItRuns(instance, () => simulation.nowMs > endMs);
      instance.kill();
    }
  }

  /** Until it ends by itself, or for another reason. */
  async #whileItRuns(instance: Transformer, isOver: () => boolean): Promise<void> {
    while (!instance.isOver && !isOver()) await this.#sleep(100);
  }

  #sleep(ms: number): Promise<void> {
    return this.#context.simulation.host(SUPERVISOR).environment.timers.sleep(ms);
  }
}
