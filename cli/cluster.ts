import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { DiagnosticError, OperationalError } from '../src/base/errors.ts';
import { freePorts } from '../src/base/io/free-ports.ts';
import type { ProcessOptions } from './process-options.ts';
import { unlessAborted } from './stop-request.ts';
import { wholeNumber } from './topic.ts';

const CLUSTER_SIZE_MAX = 9;
const KAFKA_PORT = 9092;

/** Brokers of one cluster, each a process of its own on this machine. */
export interface Cluster {
  readonly bootstrap: string;
  readonly facts: { readonly brokers: readonly string[]; readonly pids: readonly number[] };
  close(): Promise<void>;
}

export interface ClusterOptions extends ProcessOptions {
  readonly size: number;
  readonly data: string;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
}

export function clusterSize(text: string): number {
  const size = wholeNumber(text);
  if (size >= 1 && size <= CLUSTER_SIZE_MAX) return size;
  throw new DiagnosticError({
    message: `a cluster has 1 to ${CLUSTER_SIZE_MAX} brokers on one machine, not ${size}`,
  });
}

/** Starts the brokers and waits until each of them answers. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { size, host, signal } = options;
  const first = options.kafkaPort ?? KAFKA_PORT;
  const free = await freePorts(2 * size);
  const controllerPorts = free.slice(size);
  const kafkaPorts = free.slice(0, size).map((port, i) => (first === 0 ? port : first + i));
  signal.throwIfAborted();
  const voters = controllerPorts.map((port, i) => `${i + 1}@${host}:${port}`).join(',');
  const brokers = kafkaPorts.map((port, i) => {
    const listeners = `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPorts[i]}`;
    const replication = Math.min(size, 3);
    const properties = {
      'node.id': i + 1,
      'controller.quorum.voters': voters,
      listeners,
      'default.replication.factor': replication,
      'offsets.topic.replication.factor': replication,
      'min.insync.replicas': size >= 3 ? 2 : 1,
    };
    // What the user sets comes last and wins.
    const pairs = [...Object.entries(properties).map(([name, value]) => `${name}=${value}`), ...options.set];
    const config = options.config === undefined ? [] : ['--config', options.config];
    const data = path.join(options.data, `broker-${i + 1}`);
    const flags = ['--data', data, '--log-level', options.logLevel, ...config];
    return startBroker([...flags, ...pairs.flatMap((pair) => ['-s', pair])]);
  });
  try {
    const addresses = await unlessAborted(Promise.all(brokers.map(readyAddress)), signal);
    return {
      bootstrap: addresses.join(','),
      facts: { brokers: addresses, pids: brokers.map((broker) => broker.pid ?? -1) },
      close: () => stopAll(brokers),
    };
  } catch (error) {
    // The others wait for a cluster that does not come about, and would do so for a while.
    await stopAll(brokers);
    throw error;
  }
}

function startBroker(args: readonly string[]): ChildProcess {
  // Detached: Ctrl-C in the terminal reaches this process only, which then stops the brokers in order.
  const command = [...process.execArgv, process.argv[1] ?? '', 'start', '--no-sql', '--json', ...args];
  // The channel ends with this process, however it ends, and a broker whose channel has ended stops.
  return spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], detached: true });
}

/** Waits for the line that a broker prints when it is ready. */
async function readyAddress(broker: ChildProcess): Promise<string> {
  const { stdout } = broker;
  if (stdout === null) throw new OperationalError('FAILED', 'a broker has no output', { retriable: false });
  for await (const line of readline.createInterface({ input: stdout })) {
    if (line.startsWith('{')) return (JSON.parse(line) as { readonly kafka: string }).kafka;
  }
  throw new OperationalError('FAILED', 'a broker of the cluster has ended while starting; see above', {
    retriable: false,
  });
}

async function stopAll(brokers: readonly ChildProcess[]): Promise<void> {
  const running = brokers.filter((broker) => broker.exitCode === null && broker.signalCode === null);
  const ended = running.map((broker) => once(broker, 'exit'));
  for (const broker of running) broker.kill('SIGTERM');
  await Promise.all(ended);
}
