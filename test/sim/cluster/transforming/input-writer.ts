import { messageOf } from '../../../../src/base/errors.ts';
import { Producer } from '../../../../src/client/index.ts';
import { QUICK_TIMES } from '../client-times.ts';
import type { WorkloadContext } from '../workload.ts';

const RECORDS_MAX = 6;

/** Writes numbered records to random partitions, a few at a time, for as long as it lives. */
export class InputWriter {
  readonly #context: WorkloadContext;
  readonly #name: string;
  readonly #producer: Producer;
  readonly #done: Promise<void>;
  #stopped = false;
  #sent = 0;

  constructor(
    context: WorkloadContext,
    options: { readonly name: string; readonly topic: string; readonly partitions: number },
  ) {
    const { simulation, bootstrapServers } = context;
    this.#context = context;
    this.#name = options.name;
    this.#producer = new Producer({
      ...QUICK_TIMES,
      environment: simulation.host(options.name).environment,
      bootstrapServers,
      clientId: options.name,
      deliveryTimeoutMs: 20_000,
      lingerMs: simulation.stream(options.name).pick([0, 10]),
    });
    this.#done = this.#run(options.topic, options.partitions);
  }

  /** Resolves when all that was sent is there. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#producer.close().catch(this.#note);
  }

  async #run(topic: string, partitions: number): Promise<void> {
    const random = this.#context.simulation.stream(this.#name);
    const { timers } = this.#context.simulation.host(this.#name).environment;
    while (!this.#stopped) {
      for (let left = 1 + random.int(RECORDS_MAX); left > 0; left--) {
        const value = String(this.#sent++);
        this.#producer.send({ topic, partition: random.int(partitions), value }, (error) => {
          if (error !== null) this.#note(error);
        });
      }
      await timers.sleep(random.int(300) * this.#context.shape.pauseFactor);
      await this.#producer.ready();
    }
  }

  readonly #note = (error: unknown): void => {
    this.#context.simulation.note(`${this.#name}: ${messageOf(error)}`);
  };
}
