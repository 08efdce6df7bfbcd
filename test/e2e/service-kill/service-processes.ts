import { freePorts } from '../../../src/base/io/free-ports.ts';
import { Millrace, type MillraceProcess } from '../millrace-process.ts';

interface ServerProcess {
  readonly url: string;
  readonly folder: string;
  readonly port: number;
  process: MillraceProcess | undefined;
}

/** Counts are seen with their commit, and never go back; sessions are as short as a broker lets them be. */
const SETTINGS = [
  'ksql.streams.processing.guarantee=exactly_once_v2',
  'ksql.streams.auto.offset.reset=earliest',
  'ksql.streams.consumer.session.timeout.ms=2000',
  'ksql.streams.consumer.heartbeat.interval.ms=300',
  'ksql.query.retry.backoff.initial.ms=500',
  'ksql.query.retry.backoff.max.ms=2000',
  'ksql.heartbeat.enable=true',
  'ksql.lag.reporting.enable=true',
];

/** A broker and several SQL servers of one service, each a process with a folder of its own. */
export class ServiceProcesses {
  readonly #millrace = new Millrace();
  readonly #settings: readonly string[];
  #servers: readonly ServerProcess[] = [];
  bootstrap = '';

  constructor(settings: readonly string[] = []) {
    this.#settings = [...SETTINGS, ...settings].flatMap((each) => ['-s', each]);
  }

  /** URLs of those that run. */
  get alive(): readonly string[] {
    return this.#servers.flatMap(({ url, process }) => (process === undefined ? [] : [url]));
  }

  async start(count: number): Promise<void> {
    const { facts } = await this.#millrace.startBroker([
      ...['-s', 'group.initial.rebalance.delay.ms=0', '-s', 'group.min.session.timeout.ms=500'],
    ]);
    this.bootstrap = facts.kafka;
    const ports = await freePorts(count);
    this.#servers = ports.map((port) => ({
      ...{ port, url: `http://127.0.0.1:${port}`, folder: this.#millrace.folder() },
      process: undefined,
    }));
    // One after the other: the first one makes the command topic.
    for (const server of this.#servers) await this.#startServer(server);
  }

  /** Kills a server; answers its URL. */
  async kill(index: number): Promise<string> {
    const server = this.#servers[index % this.#servers.length];
    if (server === undefined) throw new Error('there is no server');
    const { process } = server;
    server.process = undefined;
    await process?.stop('SIGKILL');
    return server.url;
  }

  /** Starts those again that were killed. */
  async restart(): Promise<void> {
    for (const server of this.#servers) if (server.process === undefined) await this.#startServer(server);
  }

  close(): Promise<void> {
    return this.#millrace.close();
  }

  async #startServer(server: ServerProcess): Promise<void> {
    const started = this.#millrace.spawn([
      ...['start', '--kafka', this.bootstrap, '--http-port', String(server.port), '--data', server.folder],
      ...this.#settings,
    ]);
    await started.waitFor(/Millrace is running/);
    server.process = started;
  }
}
