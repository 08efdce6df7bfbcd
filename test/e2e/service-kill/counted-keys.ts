import { Producer } from '../../../src/client/index.ts';
import { sleep } from '../millrace-process.ts';

/** Writes rows of some keys, one round after the other, and knows how many of each are acknowledged or under way. */
export class CountedKeys {
  readonly keys: readonly string[];
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #sent = new Map<string, number>();
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: { readonly bootstrap: string; readonly topic: string; readonly count: number }) {
    this.keys = Array.from({ length: options.count }, (_, i) => `k${i}`);
    this.#topic = options.topic;
    this.#producer = new Producer({ bootstrapServers: options.bootstrap });
  }

  /** Rows of a key that were sent, at most; all of them once {@link CountedKeys.stop} has resolved. */
  sent(key: string): number {
    return this.#sent.get(key) ?? 0;
  }

  start(pauseMs: number): void {
    this.#running = this.#run(pauseMs);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    await this.#producer.close();
  }

  async #run(pauseMs: number): Promise<void> {
    while (!this.#isStopped) {
      for (const key of this.keys) {
        this.#sent.set(key, this.sent(key) + 1);
        this.#producer.send({ topic: this.#topic, key: Buffer.from(key), value: Buffer.from('{"V":1}') });
      }
      await this.#producer.flush();
      await sleep(pauseMs);
    }
  }
}
