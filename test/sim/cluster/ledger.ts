import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { Consumer } from '../../../src/client/index.ts';
import { RECORDS_TOPIC } from './records.ts';
import type { Workload, WorkloadContext } from './workload.ts';

const NAME = 'ledger';
const PLACE = { topic: RECORDS_TOPIC, partition: 0 };

/**
 * Commits ever larger offsets for a group without members and reads them back: what is read is at least the last one
 * that was acknowledged and at most the last one that was sent.
 */
export class Ledger implements Workload {
  readonly name = NAME;
  readonly topics = [];
  readonly #context: WorkloadContext;
  readonly #consumer: Consumer;
  #sent = 0;
  #acknowledged = 0;
  #stopped = false;
  #done: Promise<void> | undefined;
  /** Offsets read back so far. */
  count = 0;

  constructor(context: WorkloadContext) {
    const { simulation, bootstrapServers } = context;
    this.#context = context;
    this.#consumer = new Consumer({
      environment: simulation.host(NAME).environment,
      bootstrapServers,
      clientId: NAME,
      groupId: NAME,
      autoCommit: false,
      requestTimeoutMs: 1_000,
      connectTimeoutMs: 500,
      retryBackoffMs: 20,
      retryBackoffMsMax: 200,
      defaultApiTimeoutMs: 2_000,
    });
    this.#consumer.assign([PLACE]);
  }

  get counts(): Readonly<Record<string, number>> {
    return { committed: this.#acknowledged, readBack: this.count };
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }

  /** The cluster is well by now: the last offset must be readable. */
  async close(): Promise<void> {
    await this.#read();
    await this.#consumer.close({ timeoutMs: 500 });
  }

  async #run(): Promise<void> {
    const { simulation, violate } = this.#context;
    const { timers } = simulation.host(NAME).environment;
    while (!this.#stopped) {
      try {
        const offset = ++this.#sent;
        await this.#consumer.commit([{ ...PLACE, offset }]);
        this.#acknowledged = offset;
        if (simulation.stream(NAME).chance(0.5)) await this.#read();
      } catch (error) {
        simulation.note(`${NAME}: ${messageOf(error)}`);
        if (!(error instanceof OperationalError && error.retriable)) {
          violate('consumer-failed', `${NAME} failed: ${messageOf(error)}`);
          return;
        }
      }
      await timers.sleep(simulation.stream(NAME).int(200));
    }
  }

  async #read(): Promise<void> {
    const floor = this.#acknowledged;
    const [found] = await this.#consumer.committed([PLACE]);
    this.count++;
    const offset = found?.offset ?? 0;
    if (offset >= floor && offset <= this.#sent) return;
    this.#context.violate(
      'group-offset',
      `committed offset ${offset} was read back after ${floor} was acknowledged`,
    );
  }
}
