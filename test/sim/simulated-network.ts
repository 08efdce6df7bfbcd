import type {
  Address,
  Connection,
  ConnectOptions,
  Listener,
  ListenOptions,
  Network,
} from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { SeededRandom } from './seeded-random.ts';
import { connectPair, type Route, type SimulatedConnection } from './simulated-connection.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const SYN_RETRY_MS = 1_000;
const EPHEMERAL_PORTS_FROM = 40_000;
const DELAYED_PACKETS_MAX = 30;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '0.0.0.0', '::', '::1']);

/** How the network behaves; may be changed while the simulation runs. */
export interface NetworkConditions {
  latencyMinMs: number;
  latencyMaxMs: number;
  /** Of a packet, which TCP sends again: it arrives late, and so does all after it on its connection. */
  lossProbability: number;
  /** A sender whose packets are not acknowledged for so long gives its connection up. */
  stallTimeoutMs: number;
}

interface OpenListener {
  readonly process: Process;
  readonly address: Address;
  readonly onConnection: (connection: Connection) => void;
}

/**
 * The wires between the hosts. Connections keep TCP's promise: bytes arrive in order or not at all, and a loss is seen as
 * delay, then as a broken connection. Packets of different connections overtake each other.
 */
export class SimulatedNetwork implements Route {
  readonly conditions: NetworkConditions = {
    latencyMinMs: 0.05,
    latencyMaxMs: 2,
    lossProbability: 0,
    stallTimeoutMs: 15_000,
  };
  readonly scheduler: Scheduler;
  /** Sees all that is written; for who looks from outside. */
  tap: Route['tap'];
  readonly #random: SeededRandom;
  readonly #faultRandom: SeededRandom;
  /** Of the ways of packets that open connections, by who opens them. */
  readonly #opening = new Map<string, SeededRandom>();
  /** How many connections there have been, by their label. */
  readonly #opened = new Map<string, number>();
  /** `from>to` of hosts between which nothing gets through. */
  readonly #cuts = new Set<string>();
  readonly #listeners = new Map<string, OpenListener>();
  readonly #connections = new Set<SimulatedConnection>();
  /** The running process of each host, undefined while it is down. */
  readonly #processes = new Map<string, Process | undefined>();
  /** Machines without power: they do not even refuse. */
  readonly #off = new Set<string>();
  #portNext = EPHEMERAL_PORTS_FROM;

  constructor(scheduler: Scheduler, random: SeededRandom) {
    this.scheduler = scheduler;
    this.#random = random;
    this.#faultRandom = random.fork('faults');
  }

  /** Nothing passes between the two hosts any more, in neither direction. */
  partition(a: string, b: string): void {
    this.cut(a, b);
    this.cut(b, a);
  }

  /** Nothing passes from one host to the other; the way back stays open. */
  cut(from: string, to: string): void {
    this.scheduler.note('network', `cut ${from} > ${to}`);
    this.#cuts.add(`${from}>${to}`);
  }

  heal(a: string, b: string): void {
    this.scheduler.note('network', `heal ${a} = ${b}`);
    this.#cuts.delete(`${a}>${b}`);
    this.#cuts.delete(`${b}>${a}`);
  }

  /** Cuts a host off from all others. */
  isolate(host: string): void {
    for (const other of this.#processes.keys()) if (other !== host) this.partition(host, other);
  }

  healAll(): void {
    this.scheduler.note('network', 'heal all');
    this.#cuts.clear();
  }

  /** Breaks every connection between two hosts; both ends see a reset. Answers whether there was one. */
  breakConnections(a: string, b: string): boolean {
    const broken = [...this.#connections].filter((connection) => connection.joins(a, b));
    for (const connection of broken) connection.fail(reset('the connection was broken'));
    return broken.length > 0;
  }

  /** Breaks one connection of a host, and the other end notices nothing until it sends: half open. */
  breakHalf(host: string): boolean {
    const connection = this.#anyOf(host);
    connection?.failHere(reset('the connection was broken'));
    return connection !== undefined;
  }

  /** Some of the next packets that a host sends on one of its connections take so much longer: others overtake them. */
  delayConnection(host: string, delayMs: number): boolean {
    const connection = this.#anyOf(host);
    connection?.delay(1 + this.#faultRandom.int(DELAYED_PACKETS_MAX), delayMs);
    return connection !== undefined;
  }

  #anyOf(host: string): SimulatedConnection | undefined {
    const candidates = [...this.#connections].filter((connection) => connection.process.name === host);
    return candidates.length === 0 ? undefined : this.#faultRandom.pick(candidates);
  }

  // What follows is for processes and connections.

  processStarted(process: Process): void {
    this.#off.delete(process.name);
    this.#processes.set(process.name, process);
  }

  /** @param options.silent the machine went, not only the process: nobody tells the peers. */
  processStopped(process: Process, options: { readonly silent: boolean }): void {
    this.#processes.set(process.name, undefined);
    if (options.silent) this.#off.add(process.name);
    for (const [key, listener] of this.#listeners)
      if (listener.process === process) this.#listeners.delete(key);
    for (const connection of this.#connections) {
      if (connection.process !== process) continue;
      if (options.silent) connection.vanish();
      else connection.abandon();
    }
  }

  /** Whether packets pass from one host to another right now. */
  passes(from: string, to: string): boolean {
    return !this.#off.has(to) && !this.#cuts.has(`${from}>${to}`);
  }

  latencyMs(random: SeededRandom): number {
    return random.between(this.conditions.latencyMinMs, this.conditions.latencyMaxMs);
  }

  isLost(random: SeededRandom): boolean {
    return random.chance(this.conditions.lossProbability);
  }

  opened(connection: SimulatedConnection): void {
    this.#connections.add(connection);
  }

  closed(connection: SimulatedConnection): void {
    this.#connections.delete(connection);
  }

  /** The network as one process sees it. */
  of(process: Process): Network {
    return {
      listen: (options) => this.#listen(process, options),
      connect: (options) => this.#connect(process, options),
    };
  }

  async #listen(process: Process, options: ListenOptions): Promise<Listener> {
    await process.pause(0.1, 'listen');
    const port = options.port === 0 ? this.#portNext++ : options.port;
    const key = `${process.name}:${port}`;
    if (this.#listeners.has(key)) {
      throw new OperationalError('ADDRESS_IN_USE', `port ${port} on ${options.host} is already in use`, {
        retriable: false,
      });
    }
    const address = { host: options.host, port };
    this.#listeners.set(key, { process, address, onConnection: options.onConnection });
    return {
      address,
      close: async () => {
        this.#listeners.delete(key);
        await process.pause(0, '');
      },
    };
  }

  async #connect(process: Process, options: ConnectOptions): Promise<Connection> {
    const target = LOOPBACK.has(options.host) ? process.name : options.host;
    const where = `${options.host}:${options.port}`;
    const random = this.#openingOf(process.name);
    if (!this.#processes.has(target)) {
      await process.pause(this.latencyMs(random), `no host ${where}`);
      throw connectError('HOST_NOT_FOUND', `cannot connect to ${where}: no such host`);
    }
    const deadlineMs = this.scheduler.nowMs + (options.timeoutMs ?? CONNECT_TIMEOUT_MS);
    for (;;) {
      const delayMs = this.isLost(random) ? Number.POSITIVE_INFINITY : this.latencyMs(random);
      if (delayMs < Number.POSITIVE_INFINITY) await process.pause(delayMs, '');
      if (delayMs < Number.POSITIVE_INFINITY && this.passes(process.name, target)) break;
      const leftMs = deadlineMs - this.scheduler.nowMs;
      await process.pause(Math.max(0, Math.min(SYN_RETRY_MS, leftMs)), '');
      if (this.scheduler.nowMs >= deadlineMs) {
        throw connectError(
          'TIMED_OUT',
          `no answer from ${where} within ${options.timeoutMs ?? CONNECT_TIMEOUT_MS} ms`,
        );
      }
    }
    const listener = this.#listeners.get(`${target}:${options.port}`);
    if (listener === undefined) {
      await process.pause(this.latencyMs(random), `refused ${where}`);
      throw connectError('CONNECTION_REFUSED', `cannot connect to ${where}: connection refused`);
    }
    const label = `${process.name}>${target}:${options.port}`;
    const [client, server] = connectPair(this, {
      label,
      random: this.#randomOfNext(label),
      client: { process, address: { host: process.name, port: this.#portNext++ } },
      server: { process: listener.process, address: { host: options.host, port: options.port } },
    });
    this.scheduler.note(process.name, `connect ${client.label}`);
    listener.process.run(() => listener.onConnection(server));
    await process.pause(this.latencyMs(random), '');
    return client;
  }

  /** Each connection has a stream of its own. */
  #randomOfNext(label: string): SeededRandom {
    const number = this.#opened.get(label) ?? 0;
    this.#opened.set(label, number + 1);
    return this.#random.fork(`${label} ${number}`);
  }

  #openingOf(host: string): SeededRandom {
    let random = this.#opening.get(host);
    if (random === undefined) {
      random = this.#random.fork(`connecting ${host}`);
      this.#opening.set(host, random);
    }
    return random;
  }
}

function connectError(code: string, message: string): OperationalError {
  return new OperationalError(code, message, { retriable: true });
}

export function reset(why: string): OperationalError {
  return new OperationalError('CONNECTION_RESET', why, { retriable: true });
}
