import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { output, type RunningProcess, start } from './processes.ts';
import { Admin } from '../../src/client/index.ts';
import type { Contender, Contenders, RunSize } from './figure.ts';
import { rivalClassPath } from './maven.ts';

/** Of both brokers: what runs leave behind goes at once, or the disk would fill; and nobody waits for groups to fill. */
const SETTINGS = { 'log.segment.delete.delay.ms': 1000, 'group.initial.rebalance.delay.ms': 0 };

/** A broker process under measurement, on an empty data folder of its own. */
export interface BrokerUnderTest {
  readonly name: string;
  /** `host:port` */
  readonly bootstrap: string;
  readonly process: RunningProcess;
  /** Where its partitions and checkpoints are. */
  readonly logDirectory: string;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

const root = path.join(import.meta.dirname.replace(/([/\\])dist([/\\])/, '$1'), '..', '..');

/** Settings of a broker, by property. */
type Settings = Readonly<Record<string, string | number>>;

type Measure<T> = (broker: BrokerUnderTest, run: number) => Promise<T>;

/**
 * Both brokers side by side, each measured by the same function: Apache Kafka, or another build of ours.
 * @param own what both are told beside what all brokers of the bench are.
 */
export async function bothBrokers<T>(
  { beside }: RunSize,
  measure: Measure<T>,
  own: Settings = {},
): Promise<Contenders<T>> {
  const settings = { ...SETTINGS, ...own };
  const rival =
    beside === undefined ? await startApacheKafka(settings) : await startMillrace(beside, settings);
  const close = (broker: BrokerUnderTest) => ({ close: () => broker.close() });
  const ours = await startMillrace(root, settings);
  return {
    ours: { ...contender(ours, measure), ...close(ours) },
    rival: { ...contender(rival, measure), ...close(rival) },
  };
}

let shared: Promise<readonly BrokerUnderTest[]> | undefined;

/** As {@link bothBrokers}, with a pair of brokers that figures share which leave nothing behind. */
export async function sharedBrokers<T>(size: RunSize, measure: Measure<T>): Promise<Contenders<T>> {
  shared ??= startBoth(size);
  const [ours, rival] = await shared;
  if (ours === undefined || rival === undefined) throw new Error('no brokers');
  return { ours: contender(ours, measure), rival: contender(rival, measure) };
}

export async function closeSharedBrokers(): Promise<void> {
  for (const broker of (await shared) ?? []) await broker.close();
  shared = undefined;
}

async function startBoth({ beside }: RunSize): Promise<readonly BrokerUnderTest[]> {
  const rival = beside === undefined ? await startApacheKafka() : await startMillrace(beside);
  return [await startMillrace(), rival];
}

function contender<T>(broker: BrokerUnderTest, measure: Measure<T>): Contender<T> {
  let run = 0;
  return { name: broker.name, measure: () => measure(broker, run++) };
}

/**
 * Starts Millrace's broker without the SQL server, which is what Apache Kafka's process is too: the build of this
 * checkout, or of another.
 */
export async function startMillrace(checkout = root, given: Settings = SETTINGS): Promise<BrokerUnderTest> {
  const data = mkdtempSync(path.join(tmpdir(), 'millrace-bench-'));
  const main = path.join(checkout, 'dist', 'cli', 'main.js');
  const args = ['start', '--no-sql', '--json', '--data', data, '--kafka-port', '0'];
  const settings = Object.entries(given).flatMap(([name, value]) => ['-s', `${name}=${value}`]);
  const process_ = start(process.execPath, [...profiling(), main, ...args, ...settings]);
  const [line = '{}'] = await process_.waitFor(/^\{.*\}$/m);
  const { kafka } = JSON.parse(line) as { readonly kafka: string };
  const name = checkout === root ? 'millrace' : `millrace in ${checkout}`;
  return { name, bootstrap: kafka, process: process_, logDirectory: data, close: closing(process_, data) };
}

/** Starts Apache Kafka in KRaft mode, one process for broker and controller, with the heap of its own scripts. */
export async function startApacheKafka(settings: Settings = SETTINGS): Promise<BrokerUnderTest> {
  const { configFile, data, port } = await formatApacheKafka(settings);
  const process_ = await launchApacheKafka(configFile, port);
  const bootstrap = `127.0.0.1:${port}`;
  const logDirectory = path.join(data, 'logs');
  return {
    name: 'apache kafka',
    bootstrap,
    process: process_,
    logDirectory,
    close: closing(process_, data),
  };
}

/** An Apache Kafka data folder that is formatted and has never been started. */
export async function formatApacheKafka(settings: Settings = SETTINGS): Promise<{
  readonly configFile: string;
  readonly data: string;
  readonly port: number;
}> {
  const data = mkdtempSync(path.join(tmpdir(), 'kafka-bench-'));
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const configFile = path.join(data, 'server.properties');
  writeFileSync(
    configFile,
    [
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
      `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`,
      'controller.listener.names=CONTROLLER',
      'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      `log.dirs=${path.join(data, 'logs')}`,
      'offsets.topic.replication.factor=1',
      'transaction.state.log.replication.factor=1',
      'transaction.state.log.min.isr=1',
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
      '',
    ].join('\n'),
  );
  const storageTool = ['-cp', rivalClassPath('kafka'), 'kafka.tools.StorageTool'];
  const clusterId = (await output('java', [...storageTool, 'random-uuid'])).trim();
  await output('java', [...storageTool, 'format', '-t', clusterId, '-c', configFile]);
  return { configFile, data, port };
}

export async function launchApacheKafka(configFile: string, port: number): Promise<RunningProcess> {
  const heap = ['-Xms1g', '-Xmx1g', '-XX:+UseG1GC'];
  const process_ = start('java', [...heap, '-cp', rivalClassPath('kafka'), 'kafka.Kafka', configFile]);
  await waitForPort(port);
  return process_;
}

/** Runs one of Kafka's own command-line tools and answers what it printed. */
export function kafkaTool(className: string, args: readonly string[]): Promise<string> {
  return output('java', ['-Xmx512m', '-cp', rivalClassPath('kafka'), className, ...args]);
}

/** Starts one that runs until it is stopped. */
export function startKafkaTool(className: string, args: readonly string[]): RunningProcess {
  return start('java', ['-Xmx512m', '-cp', rivalClassPath('kafka'), className, ...args]);
}

export interface ToolLoad {
  readonly topic: string;
  /** Number of records. */
  readonly count: number;
  readonly recordBytes: number;
  /** Settings of the producer. */
  readonly properties?: readonly string[];
}

/** Produces as fast as it goes, acks=1 unless told otherwise; answers what kafka-producer-perf-test printed. */
export function produceWithTool(
  { bootstrap }: BrokerUnderTest,
  { topic, count, recordBytes, properties = ['acks=1'] }: ToolLoad,
): Promise<string> {
  return kafkaTool('org.apache.kafka.tools.ProducerPerformance', [
    ...['--topic', topic, '--num-records', String(count), '--record-size', String(recordBytes)],
    ...['--throughput', '-1', '--bootstrap-server', bootstrap, '--command-property', ...properties],
  ]);
}

/** The last rate that kafka-producer-perf-test prints is that of the whole run. */
export function producedMegabytesPerSecond(text: string): number {
  return Number([...text.matchAll(/\(([\d.]+) MB\/sec\)/g)].at(-1)?.[1] ?? Number.NaN);
}

/** Consumes from the beginning; answers what kafka-consumer-perf-test printed. */
export function consumeWithTool(
  { bootstrap }: BrokerUnderTest,
  { topic, count }: Pick<ToolLoad, 'topic' | 'count'>,
): Promise<string> {
  return kafkaTool('org.apache.kafka.tools.ConsumerPerformance', [
    ...['--bootstrap-server', bootstrap, '--topic', topic],
    ...['--num-records', String(count), '--timeout', '60000'],
  ]);
}

/** Runs something with a topic that goes afterwards. */
export async function withTopic<T>(
  { bootstrap }: BrokerUnderTest,
  {
    topic,
    partitions,
    configs = {},
  }: {
    readonly topic: string;
    readonly partitions: number;
    readonly configs?: Readonly<Record<string, string>>;
  },
  use: () => Promise<T>,
): Promise<T> {
  await createTopic(bootstrap, topic, partitions, configs);
  try {
    return await use();
  } finally {
    await withAdmin(bootstrap, (admin) => admin.deleteTopics([topic]));
  }
}

export async function createTopic(
  bootstrap: string,
  topic: string,
  partitions: number,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  await withAdmin(bootstrap, (admin) =>
    admin.createTopics([{ name: topic, partitions, replicationFactor: 1, configs }]),
  );
}

export async function withAdmin<T>(bootstrap: string, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ bootstrapServers: bootstrap });
  try {
    return await use(admin);
  } finally {
    await admin.close();
  }
}

/** `PROFILE=folder` leaves processor profiles of our broker there, too. */
function profiling(): string[] {
  const folder = process.env['PROFILE'];
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

function closing(process_: RunningProcess, data: string): () => Promise<void> {
  return async () => {
    // A profile is written at the end of a process that was asked to end.
    await process_.stop(process.env['PROFILE'] === undefined ? 'SIGKILL' : 'SIGTERM');
    rmSync(data, { recursive: true, force: true });
  };
}

async function waitForPort(port: number): Promise<void> {
  const { connect } = await import('node:net');
  for (let attempt = 0; attempt < 6_000; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nothing listens on port ${port}`);
}
