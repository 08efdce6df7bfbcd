import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { OperationalError } from '../../src/base/errors.ts';

/** `waiting`: it has ended by itself and will be started again; `stopped`: somebody has stopped it. */
type BrokerState = 'starting' | 'running' | 'waiting' | 'stopping' | 'stopped';

const BACKOFF_MS = 1_000;
const BACKOFF_MS_MAX = 30_000;
/** A broker that has run for so long begins anew with the first delay. */
const HEALTHY_MS = 60_000;
/** What is not gone by then is killed: a broker ends by itself within a minute, or is stuck. */
const STOP_MS_MAX = 50_000;

interface BrokerOptions {
  readonly id: number;
  /** Of `millrace start`. */
  readonly args: readonly string[];
  /** Tells the user what has happened. */
  readonly say: (line: string) => void;
  /** Told after each end that nobody asked for. */
  readonly onFailure: () => void;
}

/** A broker in a process of its own, which is started again when it dies. */
export class SupervisedBroker {
  readonly id: number;
  readonly #options: BrokerOptions;
  #child: ChildProcess | undefined;
  #state: BrokerState = 'stopped';
  #address: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #startedMs = 0;
  /** Ends since it last ran well. */
  #failures = 0;
  #restarts = 0;
  /** It has served once: an end before that is told to whoever started it. */
  #hasServed = false;

  constructor(options: BrokerOptions) {
    this.id = options.id;
    this.#options = options;
  }

  get state(): BrokerState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Where it serves Kafka clients, once it has. */
  get address(): string | undefined {
    return this.#address;
  }

  /** How often it was started again after it had died. */
  get restarts(): number {
    return this.#restarts;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Starts it and waits until it serves. @throws {OperationalError} when it ends before that. */
  async start(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#child !== undefined) return;
    await this.#spawn();
  }

  /** Stops it in order and waits until it is gone. It stays stopped. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const child = this.#child;
    this.#state = child === undefined ? 'stopped' : 'stopping';
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.#options.say(`broker ${this.id} did not end within ${STOP_MS_MAX / 1000} s: it is killed`);
      child.kill('SIGKILL');
    }, STOP_MS_MAX);
    await ended;
    clearTimeout(timer);
  }

  async #spawn(): Promise<void> {
    this.#state = 'starting';
    this.#startedMs = performance.now();
    const command = [...process.execArgv, process.argv[1] ?? '', 'start', '--no-sql', '--json'];
    // Detached: Ctrl-C in the terminal reaches this process only, which then stops the brokers in order. The channel ends
    // with this process, however it ends, and a broker whose channel has ended stops.
    const child = spawn(process.execPath, [...command, ...this.#options.args], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      detached: true,
    });
    this.#child = child;
    child.once('exit', (code, signal) => this.#onExit(signal ?? `exit code ${code}`));
    this.#address = await readyAddress(child);
    this.#hasServed = true;
    if (this.#state === 'starting') this.#state = 'running';
  }

  #onExit(how: string): void {
    this.#child = undefined;
    if (this.#state === 'stopping' || this.#state === 'stopped' || !this.#hasServed) {
      this.#state = 'stopped';
      return;
    }
    if (performance.now() - this.#startedMs > HEALTHY_MS) this.#failures = 0;
    const delayMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** this.#failures);
    this.#failures++;
    const hadStarted = this.#state === 'running';
    this.#state = 'waiting';
    const what = hadStarted ? 'has died' : 'has ended while starting';
    this.#options.say(`broker ${this.id} ${what} (${how}): it is started again in ${delayMs / 1000} s`);
    this.#timer = setTimeout(() => {
      this.#restarts++;
      this.#spawn().then(
        () => this.#options.say(`broker ${this.id} runs again, as process ${this.pid ?? '?'}`),
        // It was told when the process ended.
        () => undefined,
      );
    }, delayMs);
    this.#options.onFailure();
  }
}

/** Waits for the line that a broker prints when it is ready. */
async function readyAddress(broker: ChildProcess): Promise<string> {
  const { stdout } = broker;
  if (stdout === null) throw ended();
  for await (const line of readline.createInterface({ input: stdout })) {
    if (line.startsWith('{')) return (JSON.parse(line) as { readonly kafka: string }).kafka;
  }
  throw ended();
}

function ended(): OperationalError {
  return new OperationalError('FAILED', 'a broker of the cluster has ended while starting; see above', {
    retriable: false,
  });
}
