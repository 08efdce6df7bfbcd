import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { output, type RunningProcess, start } from './processes.ts';
import type { Contender, RunSize } from './figure.ts';
import { rivalClassPath } from './maven.ts';

/** A broker process under measurement, on an empty data folder of its own. */
export interface BrokerUnderTest {
  readonly name: string;
  /** `host:port` */
  readonly bootstrap: string;
  readonly process: RunningProcess;
  /** Stops it and removes its data. */
  close(): Promise<void>;
}

const root = path.join(import.meta.dirname.replace(/([/\\])dist([/\\])/, '$1'), '..', '..');

/** Both brokers side by side, each measured by the same function: Apache Kafka, or another build of ours. */
export async function bothBrokers(
  { beside }: RunSize,
  measure: (broker: BrokerUnderTest, run: number) => Promise<number>,
): Promise<{ readonly ours: Contender; readonly rival: Contender }> {
  const contender = (broker: BrokerUnderTest): Contender => {
    let run = 0;
    return { name: broker.name, measure: () => measure(broker, run++), close: () => broker.close() };
  };
  const rival = beside === undefined ? await startApacheKafka() : await startMillrace(beside);
  return { ours: contender(await startMillrace()), rival: contender(rival) };
}

/**
 * Starts Millrace's broker without the SQL server, which is what Apache Kafka's process is too: the build of this
 * checkout, or of another.
 */
export async function startMillrace(checkout = root): Promise<BrokerUnderTest> {
  const data = mkdtempSync(path.join(tmpdir(), 'millrace-bench-'));
  const main = path.join(checkout, 'dist', 'cli', 'main.js');
  const args = ['start', '--no-sql', '--json', '--data', data, '--kafka-port', '0'];
  const process_ = start(process.execPath, [main, ...args]);
  const [line = '{}'] = await process_.waitFor(/^\{.*\}$/m);
  const { kafka } = JSON.parse(line) as { readonly kafka: string };
  const name = checkout === root ? 'millrace' : `millrace in ${checkout}`;
  return { name, bootstrap: kafka, process: process_, close: closing(process_, data) };
}

/** Starts Apache Kafka in KRaft mode, one process for broker and controller, with the heap of its own scripts. */
export async function startApacheKafka(): Promise<BrokerUnderTest> {
  const { configFile, data, port } = await formatApacheKafka();
  const process_ = await launchApacheKafka(configFile, port);
  const bootstrap = `127.0.0.1:${port}`;
  return { name: 'apache kafka', bootstrap, process: process_, close: closing(process_, data) };
}

/** An Apache Kafka data folder that is formatted and has never been started. */
export async function formatApacheKafka(): Promise<{
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
      'group.initial.rebalance.delay.ms=0',
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

export interface ToolLoad {
  readonly topic: string;
  /** Number of records. */
  readonly count: number;
  readonly recordBytes: number;
}

/** Produces as fast as it goes, acks=1; answers what kafka-producer-perf-test printed. */
export function produceWithTool(
  { bootstrap }: BrokerUnderTest,
  { topic, count, recordBytes }: ToolLoad,
): Promise<string> {
  return kafkaTool('org.apache.kafka.tools.ProducerPerformance', [
    ...['--topic', topic, '--num-records', String(count), '--record-size', String(recordBytes)],
    ...['--throughput', '-1', '--bootstrap-server', bootstrap, '--command-property', 'acks=1'],
  ]);
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

export async function createTopic(bootstrap: string, topic: string, partitions: number): Promise<void> {
  await kafkaTool('org.apache.kafka.tools.TopicCommand', [
    ...['--bootstrap-server', bootstrap, '--create', '--topic', topic],
    ...['--partitions', String(partitions), '--replication-factor', '1'],
  ]);
}

function closing(process_: RunningProcess, data: string): () => Promise<void> {
  return async () => {
    await process_.stop('SIGKILL');
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
