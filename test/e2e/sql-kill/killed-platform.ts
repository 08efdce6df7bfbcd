import { freePorts } from '../../../src/base/io/free-ports.ts';
import { post } from '../../server/platform.ts';
import type { Service } from './service-shape.ts';
import { type Millrace, type MillraceProcess, sleep } from '../millrace-process.ts';

/** Broker and SQL server in one process that is killed and started again, on one folder and on the same ports. */
export class KilledPlatform implements Service {
  readonly #millrace: Millrace;
  readonly #folder: string;
  readonly #kafkaPort: number;
  readonly #httpPort: number;
  #process: MillraceProcess | undefined;

  private constructor(millrace: Millrace, [kafkaPort = 0, httpPort = 0]: readonly number[]) {
    this.#millrace = millrace;
    this.#folder = millrace.folder();
    this.#kafkaPort = kafkaPort;
    this.#httpPort = httpPort;
  }

  static async start(millrace: Millrace): Promise<KilledPlatform> {
    const platform = new KilledPlatform(millrace, await freePorts(2));
    await platform.start();
    return platform;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#httpPort}`;
  }

  get bootstrap(): string {
    return `127.0.0.1:${this.#kafkaPort}`;
  }

  async start(): Promise<void> {
    this.#spawn();
    await this.#process?.waitFor(/Millrace is running/);
  }

  kill(): Promise<unknown> | undefined {
    return this.#process?.stop('SIGKILL');
  }

  /** Starts, and is killed before it is ready, or not. */
  async killDuringStart(afterMs: number): Promise<void> {
    this.#spawn();
    await sleep(afterMs);
    await this.kill();
  }

  /** Posts a statement and kills the server so much later. @returns its status, where the answer has come before. */
  async killDuring(ksql: string, afterMs: number): Promise<number | undefined> {
    let status: number | undefined;
    const answered = post(`${this.url}/ksql`, { ksql }).then(
      (answer) => (status = answer.status),
      () => undefined,
    );
    await sleep(afterMs);
    const before = status;
    await this.kill();
    await answered;
    // An answer that was on its way when the server was killed is as good as one that came before.
    return before ?? status;
  }

  #spawn(): void {
    this.#process = this.#millrace.spawn([
      ...['start', '--kafka-port', String(this.#kafkaPort), '--http-port', String(this.#httpPort)],
      ...['--data', this.#folder, '-s', 'ksql.streams.commit.interval.ms=100'],
      ...['-s', 'ksql.streams.auto.offset.reset=earliest'],
    ]);
  }
}
