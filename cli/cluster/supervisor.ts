import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DiagnosticError, OperationalError } from '../../src/base/errors.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Lifecycle } from '../../src/base/lifecycle.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { ProcessSettings } from '../../src/server/config/index.ts';
import type { ProcessOptions } from '../process-options.ts';
import { unlessAborted } from '../../src/base/unless-aborted.ts';
import { wholeNumber } from '../option-values.ts';
import { act, statusOf } from './actions.ts';
import { ControlServer } from './control.ts';
import { waitForLeaders } from './in-sync.ts';
import { brokerFolder, type ClusterLayout, openLayout } from './layout.ts';
import { SupervisedBroker } from './supervised-broker.ts';

const CLUSTER_SIZE_MAX = 9;
const KAFKA_PORT = 9092;
/** For how long a start waits for brokers of a cluster that was killed: they end by themselves. */
const ORPHAN_MS_MAX = 60_000;
const ORPHAN_POLL_MS = 500;
/** A cluster of which no broker could be started so many times in a row is given up. */
const FAILURES_MAX = 5;

/** Brokers of one cluster, each a process of its own on this machine. */
interface Cluster {
  readonly bootstrap: string;
  readonly facts: { readonly brokers: readonly string[]; readonly pids: readonly number[] };
  /** Rejects when the cluster cannot go on. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

interface ClusterOptions extends ProcessOptions {
  readonly size: number;
  readonly data: string;
  readonly settings: ProcessSettings;
  /** Ends a start that is under way. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

export function clusterSize(text: string): number {
  const size = wholeNumber(text);
  if (size >= 1 && size <= CLUSTER_SIZE_MAX) return size;
  throw new DiagnosticError({
    message: `a cluster has 1 to ${CLUSTER_SIZE_MAX} brokers on one machine, not ${size}`,
  });
}

/** Starts the brokers, waits until each of them answers and all partitions have leaders, and from then on starts those again that die. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { signal, logger } = options;
  const { timers } = nodeEnvironment;
  const life = new Lifecycle('the cluster', { timers, logger, onCloseFailure: 'throw' });
  let giveUp: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    giveUp = reject;
  });
  // It may fail before anybody waits for it.
  failed.catch(() => undefined);
  const brokers = await life.begin(() => startBrokers(options, life, giveUp), signal);
  const addresses = brokers.map(({ address }) => address ?? '');
  return {
    bootstrap: addresses.join(','),
    facts: { brokers: addresses, pids: brokers.map(({ pid }) => pid ?? -1) },
    failed,
    close: () => life.close(),
  };
}

async function startBrokers(
  options: ClusterOptions,
  life: Lifecycle,
  giveUp: (error: unknown) => void,
): Promise<readonly SupervisedBroker[]> {
  const { size, data, logger } = options;
  // What happens to brokers is for whoever has started the cluster.
  const say = (line: string): void => logger.warn(line);
  const layout = await life.step(() => openLayout(data, size));
  await life.start({
    name: 'the lock of the data folder',
    open: () => nodeEnvironment.disk.lock(path.join(data, '.lock')),
    close: (lock) => lock.release(),
  });
  await life.step(() => waitForOrphans(options));
  const argsOf = await life.step(() => brokerArguments(options, layout));
  const brokers: readonly SupervisedBroker[] = layout.controllerPorts.map(
    (_port, i) =>
      new SupervisedBroker({
        id: i + 1,
        args: argsOf[i] ?? [],
        say,
        onFailure: () => {
          if (brokers.every(({ failures }) => failures >= FAILURES_MAX)) giveUp(givenUp());
        },
      }),
  );
  life.add({ name: 'the brokers', close: () => Promise.all(brokers.map((broker) => broker.stop())) });
  // A start that is given up ends with the stop: the others wait for a cluster that does not come about.
  await life.step((ending) => unlessAborted(Promise.all(brokers.map((broker) => broker.start())), ending));
  await life.start({
    name: 'the control',
    open: () => ControlServer.listen(data, (request) => act(brokers, request, say)),
    close: (control) => control.close(),
  });
  await life.step((signal) => waitForLeaders(() => brokers.map(statusOf), { signal, logger }));
  return brokers;
}

/** The arguments of `millrace start` for each broker. */
async function brokerArguments(
  options: ClusterOptions,
  { controllerPorts }: ClusterLayout,
): Promise<readonly (readonly string[])[]> {
  const { size, host } = options;
  const first = options.kafkaPort ?? KAFKA_PORT;
  const free = first === 0 ? await freePorts(size) : [];
  const voters = controllerPorts.map((port, i) => `${i + 1}@${host}:${port}`).join(',');
  const replication = Math.min(size, 3);
  const ofUser = brokerFlags(options.settings);
  return controllerPorts.map((controllerPort, i) => {
    const port = free[i] ?? first + i;
    const properties = {
      'node.id': i + 1,
      'controller.quorum.voters': voters,
      listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
      'default.replication.factor': replication,
      'offsets.topic.replication.factor': replication,
      'min.insync.replicas': size >= 3 ? 2 : 1,
    };
    // What the user sets comes last and wins.
    const pairs = [...Object.entries({ ...properties, ...ofUser })].map(
      ([name, value]) => `${name}=${value}`,
    );
    const logFormat = options.logFormat === undefined ? [] : ['--log-format', options.logFormat];
    const config = options.config === undefined ? [] : ['--config', options.config];
    const flags = [
      '--data',
      brokerFolder(options.data, i + 1),
      '--log-level',
      options.logLevel,
      ...logFormat,
      ...config,
    ];
    return [...flags, ...pairs.flatMap((pair) => ['-s', pair])];
  });
}

/** What `--set` says to brokers: the SQL server beside them takes the rest, and their folders are in that of the cluster. */
function brokerFlags({ broker }: ProcessSettings): Readonly<Record<string, string>> {
  const flags = [...broker].filter(([name, { source }]) => source === 'flag' && name !== 'log.dirs');
  return Object.fromEntries(flags.map(([name, { value }]) => [name, value]));
}

/**
 * Waits for the brokers of a cluster whose process was killed: they notice, and end in order.
 * @throws {OperationalError} `LOCKED` when one of them does not end.
 */
async function waitForOrphans({ size, data, signal, logger }: ClusterOptions): Promise<void> {
  const deadline = performance.now() + ORPHAN_MS_MAX;
  for (let id = 1; id <= size; id++) {
    const folder = brokerFolder(data, id);
    for (let isFirst = true; ; isFirst = false) {
      const error = lockedBy(folder);
      if (error === undefined) break;
      if (performance.now() > deadline) throw error;
      if (isFirst) logger.warn(`${error.message}: it is left from before; waiting for it to end`);
      await sleep(ORPHAN_POLL_MS, undefined, { signal });
    }
  }
}

function lockedBy(folder: string): OperationalError | undefined {
  if (!existsSync(folder)) return undefined;
  try {
    nodeEnvironment.disk.lock(path.join(folder, '.lock')).release();
    return undefined;
  } catch (error) {
    if (error instanceof OperationalError && error.code === 'LOCKED') return error;
    throw error;
  }
}

function givenUp(): OperationalError {
  return new OperationalError(
    'CLUSTER_FAILED',
    `no broker of the cluster could be started, ${FAILURES_MAX} times in a row; see above for what each has said`,
    { retriable: false },
  );
}
