import { rmSync } from 'node:fs';
import path from 'node:path';
import { formatApacheKafka, launchApacheKafka } from '../../../bench/harness/brokers.ts';
import { freePorts } from '../../../src/base/io/free-ports.ts';
import { Millrace, type MillraceProcess } from '../millrace-process.ts';

/** Brokers and a SQL server that are killed and started again, on the same folders and ports. */
export interface Deployment {
  readonly bootstrap: string;
  readonly url: string;
  start(): Promise<void>;
  /** Kills one of its processes with SIGKILL, each in its turn, and starts it again. */
  killNext(): Promise<void>;
  /** Ends the SQL server as a user does. */
  stopServer(): Promise<void>;
  close(): Promise<void>;
}

/** Each count is a result, and what has failed is tried again soon. */
const SETTINGS = [
  'ksql.streams.processing.guarantee=exactly_once_v2',
  'ksql.streams.auto.offset.reset=earliest',
  'ksql.streams.statestore.cache.max.bytes=0',
  'ksql.streams.num.stream.threads=2',
  'ksql.query.retry.backoff.initial.ms=500',
  'ksql.query.retry.backoff.max.ms=2000',
].flatMap((each) => ['-s', each]);

interface BrokerProcess {
  start(port: number): Promise<void>;
  kill(): Promise<unknown>;
  close(): void;
}

/** A SQL server, and a broker in a process of its own. */
class TwoProcesses implements Deployment {
  readonly #millrace = new Millrace();
  readonly #folder = this.#millrace.folder();
  readonly #broker: BrokerProcess;
  readonly #ports: readonly [kafka: number, http: number];
  #server: MillraceProcess | undefined;
  #kills = 0;

  constructor(broker: (millrace: Millrace) => BrokerProcess, ports: readonly [number, number]) {
    this.#broker = broker(this.#millrace);
    this.#ports = ports;
  }

  get bootstrap(): string {
    return `127.0.0.1:${this.#ports[0]}`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ports[1]}`;
  }

  async start(): Promise<void> {
    await this.#broker.start(this.#ports[0]);
    await this.#startServer();
  }

  async killNext(): Promise<void> {
    if (this.#kills++ % 2 === 1) {
      await this.#broker.kill();
      return this.#broker.start(this.#ports[0]);
    }
    await this.#server?.stop('SIGKILL');
    await this.#startServer();
  }

  async stopServer(): Promise<void> {
    await this.#server?.stop();
  }

  async close(): Promise<void> {
    await this.#millrace.stopAll();
    await this.#broker.kill();
    this.#broker.close();
    await this.#millrace.close();
  }

  async #startServer(): Promise<void> {
    this.#server = this.#millrace.spawn([
      ...['start', '--kafka', this.bootstrap, '--http-port', String(this.#ports[1]), '--data', this.#folder],
      ...SETTINGS,
    ]);
    await this.#server.waitFor(/Millrace is running/);
  }
}

/** Broker and SQL server in one process. */
class OneProcess implements Deployment {
  readonly #millrace = new Millrace();
  readonly #folder = this.#millrace.folder();
  readonly #ports: readonly [kafka: number, http: number];
  #process: MillraceProcess | undefined;

  constructor(ports: readonly [number, number]) {
    this.#ports = ports;
  }

  get bootstrap(): string {
    return `127.0.0.1:${this.#ports[0]}`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ports[1]}`;
  }

  async start(): Promise<void> {
    const [kafka, http] = this.#ports.map(String);
    this.#process = this.#millrace.spawn([
      ...['start', '--kafka-port', kafka ?? '', '--http-port', http ?? '', '--data', this.#folder],
      ...SETTINGS,
    ]);
    await this.#process.waitFor(/Millrace is running/);
  }

  async killNext(): Promise<void> {
    await this.#process?.stop('SIGKILL');
    await this.start();
  }

  stopServer(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return this.#millrace.close();
  }
}

/** Millrace's broker, and its SQL server beside it. */
export async function millraceInTwoProcesses(): Promise<Deployment> {
  const [kafka = 0, http = 0] = await freePorts(2);
  return new TwoProcesses(millraceBroker, [kafka, http]);
}

export async function millraceInOneProcess(): Promise<Deployment> {
  const [kafka = 0, http = 0] = await freePorts(2);
  return new OneProcess([kafka, http]);
}

/** Apache Kafka, and Millrace's SQL server beside it. */
export async function sqlOnApacheKafka(): Promise<Deployment> {
  const { configFile, data, port } = await formatApacheKafka();
  const [http = 0] = await freePorts(1);
  let running: Awaited<ReturnType<typeof launchApacheKafka>> | undefined;
  const broker: BrokerProcess = {
    start: async () => {
      running = await launchApacheKafka(configFile, port);
    },
    kill: async () => running?.stop('SIGKILL'),
    close: () => rmSync(data, { recursive: true, force: true }),
  };
  return new TwoProcesses(() => broker, [port, http]);
}

function millraceBroker(millrace: Millrace): BrokerProcess {
  const data = path.join(millrace.folder(), 'data');
  let running: MillraceProcess | undefined;
  return {
    start: async (port) => {
      const { process } = await millrace.startBroker(['--kafka-port', String(port), '--data', data]);
      running = process;
    },
    kill: async () => running?.stop('SIGKILL'),
    close: () => undefined,
  };
}
