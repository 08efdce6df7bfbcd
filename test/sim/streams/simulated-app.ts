import { messageOf } from '../../../src/base/errors.ts';
import { StreamsApp } from '../../../src/streams/index.ts';
import type { CommitVariation } from '../../../src/streams/runtime/commit-protocol.ts';
import { traceLogger } from '../cluster/trace-logger.ts';
import type { SimulatedHost } from '../simulated-host.ts';
import type { Simulation } from '../simulation.ts';
import { countingTopology } from './counting-topology.ts';
import { SimulatedDatabase } from './simulated-database.ts';

export const APPLICATION_ID = 'counting';

/** An application on a host of its own, with a database that outlives its processes. */
export class SimulatedApp {
  readonly name: string;
  readonly #simulation: Simulation;
  readonly #database: SimulatedDatabase;
  readonly #bootstrapServers: readonly string[];
  readonly #commits: CommitVariation;
  #app: StreamsApp | undefined;
  crashes = 0;

  constructor(
    simulation: Simulation,
    options: {
      readonly name: string;
      readonly bootstrapServers: readonly string[];
      readonly commits: CommitVariation;
    },
  ) {
    this.name = options.name;
    this.#simulation = simulation;
    this.#bootstrapServers = options.bootstrapServers;
    this.#commits = options.commits;
    this.#database = new SimulatedDatabase(simulation.stream(`database of ${options.name}`));
  }

  get isUp(): boolean {
    return this.#app !== undefined;
  }

  /** Whether one of its tasks has processed a partition up to an offset. */
  hasReached(partition: number, offset: number): boolean {
    const tasks = Object.values(this.#app?.metrics().tasks ?? {});
    return tasks.some(({ inputs }) =>
      inputs.some((input) => input.partition === partition && input.offset === offset),
    );
  }

  start(): void {
    const host = this.#host;
    const environment = host.isUp ? host.environment : host.restart();
    const random = this.#simulation.stream(this.name);
    const isCurrent = (): boolean => this.#app === app;
    const app = new StreamsApp(
      {
        environment,
        applicationId: APPLICATION_ID,
        bootstrapServers: this.#bootstrapServers,
        topology: countingTopology(),
        stateDir: '/state',
        clientId: this.name,
        commitIntervalMs: random.pick([50, 300, 1_000]),
        cacheBytesMax: random.pick([0, 1 << 20]),
        bufferedRecordsMax: random.pick([5, 1_000]),
        replicationFactor: 3,
        standbyReplicas: this.#simulation.stream(`standbys of ${this.name}`).pick([0, 1]),
        onUncaught: () => 'REPLACE_THREAD',
        consumer: {
          sessionTimeoutMs: 3_000,
          heartbeatIntervalMs: 300,
          // A coordinator whose power was cut while it held a join is waited for so long, and five seconds.
          pollIntervalMsMax: 20_000,
          requestTimeoutMs: 1_500,
          fetchWaitMsMax: 200,
          metadataAgeMsMax: 2_000,
          defaultApiTimeoutMs: 3_000,
          retryBackoffMs: 20,
          pollRecordsMax: random.pick([3, 50, 500]),
        },
        producer: { requestTimeoutMs: 1_500, retryBackoffMs: 20, deliveryTimeoutMs: 60_000 },
        logger: traceLogger({
          note: (line) => (isCurrent() ? this.#simulation.note(`${this.name}: ${line}`) : undefined),
          onError: () => undefined,
        }),
      },
      { openEngine: () => this.#database.open(environment), commitVariation: this.#commits },
    );
    this.#app = app;
    app.start().catch((error: unknown) => {
      if (!isCurrent()) return;
      this.#simulation.note(`${this.name} did not start: ${messageOf(error)}`);
      this.kill();
    });
  }

  /** Kills the process. */
  kill(): void {
    if (!this.isUp) return;
    this.#app = undefined;
    this.crashes++;
    this.#host.kill();
  }

  cutPower(): void {
    if (!this.isUp) return;
    this.#app = undefined;
    this.crashes++;
    this.#host.crash();
    this.#database.losePower();
  }

  /** Kills the process at the how manieth write from now, before or after it has come to the database. */
  killAtWrite(count: number, when: 'before' | 'after'): void {
    let left = count;
    this.#database.onWrite = (now) => {
      if (now !== when || left-- > 0) return;
      this.#database.onWrite = () => undefined;
      this.#simulation.note(`${this.name} is killed ${when} a write of its state`);
      this.kill();
    };
  }

  /** From now on it lives. */
  spare(): void {
    this.#database.onWrite = () => undefined;
  }

  async close(): Promise<void> {
    const app = this.#app;
    await app?.close();
    if (this.#app !== app) return;
    this.#app = undefined;
    this.#host.kill();
  }

  get #host(): SimulatedHost {
    return this.#simulation.host(this.name);
  }
}
