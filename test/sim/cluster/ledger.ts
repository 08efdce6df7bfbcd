import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import { Consumer } from '../../../src/client/index.ts';
import type { Simulation } from '../simulation.ts';
import { BOOTSTRAP_SERVERS } from './simulated-cluster.ts';

const NAME = 'ledger';

/**
 * Commits ever larger offsets for a group without members and reads them back: what is read is at least the last one
 * that was acknowledged and at most the last one that was sent.
 */
export class Ledger {
  readonly #simulation: Simulation;
  readonly #consumer: Consumer;
  readonly #place: { readonly topic: string; readonly partition: number };
  readonly #onViolation: (what: string) => void;
  #sent = 0;
  #acknowledged = 0;
  #stopped = false;
  readonly #done: Promise<void>;
  /** Offsets read back so far. */
  count = 0;

  constructor(
    simulation: Simulation,
    options: { readonly topic: string; readonly onViolation: (what: string) => void },
  ) {
    this.#simulation = simulation;
    this.#onViolation = options.onViolation;
    this.#place = { topic: options.topic, partition: 0 };
    this.#consumer = new Consumer({
      environment: simulation.host(NAME).environment,
      bootstrapServers: BOOTSTRAP_SERVERS,
      clientId: NAME,
      groupId: NAME,
      autoCommit: false,
      requestTimeoutMs: 1_000,
      connectTimeoutMs: 500,
      retryBackoffMs: 20,
      retryBackoffMsMax: 200,
      defaultApiTimeoutMs: 2_000,
    });
    this.#consumer.assign([this.#place]);
    this.#done = this.#run();
  }

  /** Ends; the last offset must be readable by then. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    await this.#read();
    await this.#consumer.close({ timeoutMs: 500 });
  }

  async #run(): Promise<void> {
    const { timers } = this.#simulation.host(NAME).environment;
    while (!this.#stopped) {
      try {
        const offset = ++this.#sent;
        await this.#consumer.commit([{ ...this.#place, offset }]);
        this.#acknowledged = offset;
        if (this.#simulation.random.chance(0.5)) await this.#read();
      } catch (error) {
        this.#simulation.note(`${NAME}: ${messageOf(error)}`);
        if (!(error instanceof OperationalError && error.retriable)) {
          this.#onViolation(`${NAME} failed: ${messageOf(error)}`);
          return;
        }
      }
      await timers.sleep(this.#simulation.random.int(200));
    }
  }

  async #read(): Promise<void> {
    const floor = this.#acknowledged;
    const [found] = await this.#consumer.committed([this.#place]);
    this.count++;
    const offset = found?.offset ?? 0;
    if (offset >= floor && offset <= this.#sent) return;
    this.#onViolation(`committed offset ${offset} was read back after ${floor} was acknowledged`);
  }
}
