import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../e2e/millrace-process.ts';
import { runKafkaClass, runKafkaTool, whyNoKafka } from './apache-kafka.ts';
import type { Outcome } from './foreign-process.ts';

/** The command-line tools of Apache Kafka 4.3.1, and with them its Java clients, against `millrace start`. */
describe.skipIf(whyNoKafka !== undefined)('Apache Kafka tools', () => {
  const millrace = new Millrace();
  const folder = mkdtempSync(path.join(tmpdir(), 'millrace-tools-'));
  let bootstrap: string[] = [];

  beforeAll(async () => {
    const { facts } = await millrace.startBroker();
    bootstrap = ['--bootstrap-server', facts.kafka];
  });

  afterAll(async () => {
    await millrace.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
  /** A tool with the arguments of its command line, cut at spaces. */
  const tool = (className: string, command: string, input?: string): Promise<Outcome> =>
    runKafkaTool(className, [...bootstrap, ...command.split(' ').filter((word) => word !== '')], input);
  const topics = (command: string): Promise<Outcome> => tool('TopicCommand', command);
  const groups = (command: string): Promise<Outcome> => tool('consumer.group.ConsumerGroupCommand', command);
  const consume = (command: string): Promise<Outcome> => tool('consumer.ConsoleConsumer', command);
  const configs = (command: string): Promise<Outcome> =>
    runKafkaClass('kafka.admin.ConfigCommand', [...bootstrap, ...command.split(' ')]);
  const endOffset = async (topic: string): Promise<string> =>
    (await tool('GetOffsetShell', `--topic ${topic}`)).output.trim();

  it('kafka-topics creates, lists, describes, alters and deletes', async () => {
    const created = await topics('--create --topic made --partitions 3 --config retention.ms=1000');
    expect(created).toEqual({ code: 0, output: 'Created topic made.\n' });
    expect((await topics('--list')).output.split('\n')).toContain('made');
    const described = (await topics('--describe --topic made')).output;
    expect(described).toMatch(/Topic: made\s+TopicId: \S{22}\s+PartitionCount: 3\s+ReplicationFactor: 1/);
    expect(described).toContain('retention.ms=1000');
    expect((await topics('--alter --topic made --partitions 5')).code).toBe(0);
    expect((await topics('--describe --topic made')).output).toContain('PartitionCount: 5');
    const refused = await topics('--create --topic made');
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("Topic 'made' already exists.");
    expect((await topics('--delete --topic made')).code).toBe(0);
    expect((await topics('--list')).output.split('\n')).not.toContain('made');
  });

  it('the console producer and consumer pass on lines, keys and headers', async () => {
    expect((await tool('ConsoleProducer', '--topic lines', lines.join('\n'))).code).toBe(0);
    const consumed = await consume('--topic lines --from-beginning --max-messages 100 --group console');
    expect(consumed.output.split('\n').filter((line) => line.startsWith('line '))).toEqual(lines);
    const properties = '--reader-property parse.key=true --reader-property parse.headers=true';
    const keyed = await tool('ConsoleProducer', `--topic keyed ${properties}`, 'h:1,i:2\tk\tv\n');
    expect(keyed.code).toBe(0);
    const shown = '--formatter-property print.key=true --formatter-property print.headers=true';
    const read = await consume(`--topic keyed --from-beginning --max-messages 1 ${shown}`);
    expect(read.output).toContain('h:1,i:2\tk\tv');
  });

  it('kafka-consumer-groups lists, describes, resets and deletes', async () => {
    expect((await groups('--list')).output.split('\n')).toContain('console');
    expect((await groups('--describe --group console')).output).toMatch(
      /console\s+lines\s+0\s+100\s+100\s+0/,
    );
    expect((await groups('--describe --group console --state')).output).toMatch(/console\s+.*Empty\s+0/);
    expect((await groups('--describe --group console --members')).output).toContain('has no active members');
    const reset = await groups('--group console --topic lines --reset-offsets --to-offset 40 --execute');
    expect(reset.output).toMatch(/console\s+lines\s+0\s+40/);
    const again = await consume('--topic lines --max-messages 60 --group console');
    expect(again.output.split('\n').filter((line) => line.startsWith('line '))).toEqual(lines.slice(40));
    await groups('--group console --topic lines --reset-offsets --shift-by -10 --execute');
    expect((await groups('--describe --group console')).output).toMatch(
      /console\s+lines\s+0\s+90\s+100\s+10/,
    );
    expect((await groups('--delete --group console')).output).toContain("('console') was successful");
    expect((await groups('--list')).output.split('\n')).not.toContain('console');
  });

  it('kafka-get-offsets and kafka-delete-records agree on where a topic begins and ends', async () => {
    expect(await endOffset('lines')).toBe('lines:0:100');
    const file = path.join(folder, 'delete.json');
    const partitions = [{ topic: 'lines', partition: 0, offset: 30 }];
    writeFileSync(file, JSON.stringify({ version: 1, partitions }));
    const deleted = await tool('DeleteRecordsCommand', `--offset-json-file ${file}`);
    expect(deleted.output).toMatch(/partition: lines-0\s+low_watermark: 30/);
    expect((await tool('GetOffsetShell', '--topic lines --time -2')).output.trim()).toBe('lines:0:30');
    const rest = await consume('--topic lines --from-beginning --max-messages 70');
    expect(rest.output.split('\n').filter((line) => line.startsWith('line '))).toEqual(lines.slice(30));
  });

  it('kafka-configs describes and changes topics and brokers', async () => {
    const altered = await configs(
      '--alter --entity-type topics --entity-name lines --add-config retention.ms=5000,max.message.bytes=2000',
    );
    expect(altered.output).toContain('Completed updating config for topic lines.');
    const described = (await configs('--describe --entity-type topics --entity-name lines')).output;
    expect(described).toMatch(/retention\.ms=5000 sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:retention/);
    expect(described).toContain('max.message.bytes=2000');
    await configs('--alter --entity-type topics --entity-name lines --delete-config retention.ms');
    const after = (await configs('--describe --entity-type topics --entity-name lines')).output;
    expect(after).not.toContain('retention.ms=');
    const refused = await configs(
      '--alter --entity-type topics --entity-name lines --add-config retention.ms=x',
    );
    expect(refused.output).toContain('InvalidConfigurationException');
    const brokers = (await configs('--describe --entity-type brokers --entity-name 1 --all')).output;
    expect(brokers).toMatch(/log\.dirs=\S+ sensitive=false/);
  });

  it('kafka-producer-perf-test, kafka-consumer-perf-test and kafka-e2e-latency run', async () => {
    const { output } = await runKafkaTool('ProducerPerformance', [
      ...['--topic', 'perf', '--num-records', '20000', '--record-size', '200', '--throughput', '-1'],
      ...['--command-property', `bootstrap.servers=${bootstrap[1]}`, 'acks=all'],
    ]);
    expect(output).toContain('20000 records sent');
    expect(await endOffset('perf')).toBe('perf:0:20000');
    const consumed = await tool('ConsumerPerformance', '--topic perf --num-records 20000');
    expect(consumed.output.trim().split('\n').at(-1)).toContain(', 20000, ');
    const latency = await tool(
      'EndToEndLatency',
      '--topic latency --num-records 200 --producer-acks all --record-size 100',
    );
    expect(latency.output).toMatch(/Percentiles: 50th = \d+/);
  });

  it('a transactional kafka-producer-perf-test runs at each transaction.version, and kafka-transactions shows its id', async () => {
    const load = '--topic perf-transactions --num-records 5000 --record-size 100 --throughput 5000';
    const transactional = `${load} --transactional-id perf --transaction-duration-ms 100`;
    expect((await tool('ProducerPerformance', transactional)).output).toContain('5000 records sent');
    expect((await tool('TransactionsCommand', 'list')).output).toMatch(
      /^perf\s+1\s+\d+\s+Complete(Commit|Abort)/m,
    );
    const described = await tool('TransactionsCommand', 'describe --transactional-id perf');
    expect(described.output).toMatch(/^1\s+perf\s+\d+\s+\d+\s+Complete(Commit|Abort)/m);
    const downgraded = await tool('FeatureCommand', 'downgrade --feature transaction.version=1');
    expect(downgraded.output).toContain('transaction.version was downgraded to 1');
    expect((await tool('ProducerPerformance', transactional)).output).toContain('5000 records sent');
    const upgraded = await tool('FeatureCommand', 'upgrade --feature transaction.version=2');
    expect(upgraded.output).toContain('transaction.version was upgraded to 2');
  });

  it('kafka-cluster, kafka-metadata-quorum, kafka-broker-api-versions and kafka-log-dirs describe the cluster', async () => {
    const cluster = await runKafkaTool('ClusterTool', ['cluster-id', ...bootstrap]);
    expect(cluster.output).toMatch(/^Cluster ID: \S{22}$/m);
    const id = /Cluster ID: (\S+)/.exec(cluster.output)?.[1] ?? '?';
    const quorum = await runKafkaTool('MetadataQuorumCommand', [...bootstrap, 'describe', '--status']);
    expect(quorum.output).toContain(id);
    expect(quorum.output).toMatch(/LeaderId:\s+1\n/);
    const replication = await runKafkaTool('MetadataQuorumCommand', [
      ...bootstrap,
      'describe',
      '--replication',
    ]);
    expect(replication.output).toMatch(/^1\s+\S+\s+\d+\s+0\s+.*Leader/m);
    const versions = await tool('BrokerApiVersionsCommand', '');
    expect(versions.output).toMatch(/127\.0\.0\.1:\d+ \(id: 1 rack: null isFenced: false\) -> \(/);
    expect(versions.output).toMatch(/Produce\(0\): 0 to 13 \[usable: 13\]/);
    const dirs = await tool('LogDirsCommand', '--describe --topic-list lines');
    expect(dirs.output).toContain('"partition":"lines-0"');
  });
});
