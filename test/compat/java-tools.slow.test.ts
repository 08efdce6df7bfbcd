import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestBrokers } from '../broker/running-broker.ts';
import { hasKafkaPeer, runKafkaTool } from './foreign-process.ts';

if (!hasKafkaPeer) console.log('no Apache Kafka tools (java, mvn, MILLRACE_SHARED): their tests are skipped');

/** The command-line tools of Apache Kafka 4.3.1, and with them its Java clients. */
describe.skipIf(!hasKafkaPeer)('Apache Kafka tools', () => {
  const brokers = new TestBrokers();
  let bootstrap: string[] = [];

  beforeAll(async () => {
    const { host, port } = (await brokers.start()).address;
    bootstrap = ['--bootstrap-server', `${host}:${port}`];
  });

  afterAll(() => brokers.close());

  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);

  it('kafka-topics creates, lists, describes, alters and deletes', async () => {
    const topics = (...args: string[]) => runKafkaTool('TopicCommand', [...bootstrap, ...args]);
    const created = await topics(
      '--create',
      '--topic',
      'made',
      '--partitions',
      '3',
      '--config',
      'retention.ms=1000',
    );
    expect(created).toEqual({ code: 0, output: 'Created topic made.\n' });
    expect((await topics('--list')).output.split('\n')).toContain('made');
    const described = (await topics('--describe', '--topic', 'made')).output;
    expect(described).toContain('PartitionCount: 3');
    expect(described).toContain('retention.ms=1000');
    expect((await topics('--alter', '--topic', 'made', '--partitions', '5')).code).toBe(0);
    expect((await topics('--describe', '--topic', 'made')).output).toContain('PartitionCount: 5');
    expect((await topics('--delete', '--topic', 'made')).code).toBe(0);
    expect((await topics('--list')).output.split('\n')).not.toContain('made');
  });

  it('the console producer and consumer pass lines on, and the group is shown', async () => {
    const produced = await runKafkaTool(
      'ConsoleProducer',
      [...bootstrap, '--topic', 'lines'],
      lines.join('\n'),
    );
    expect(produced.code).toBe(0);
    const consumed = await runKafkaTool('consumer.ConsoleConsumer', [
      ...bootstrap,
      '--topic',
      'lines',
      '--from-beginning',
      '--max-messages',
      '100',
      '--group',
      'console',
    ]);
    expect(consumed.output.split('\n').filter((line) => line.startsWith('line '))).toEqual(lines);
    const groups = (...args: string[]) =>
      runKafkaTool('consumer.group.ConsumerGroupCommand', [...bootstrap, ...args]);
    expect((await groups('--list')).output.split('\n')).toContain('console');
    const described = (await groups('--describe', '--group', 'console')).output;
    expect(described).toMatch(/console\s+lines\s+0\s+100\s+100\s+0/);
    const reset = await groups(
      '--group',
      'console',
      '--topic',
      'lines',
      '--reset-offsets',
      '--to-offset',
      '40',
      '--execute',
    );
    expect(reset.output).toMatch(/console\s+lines\s+0\s+40/);
  });

  it('kafka-configs changes a topic, kafka-producer-perf-test and kafka-consumer-perf-test run', async () => {
    const { output } = await runKafkaTool('ProducerPerformance', [
      '--topic',
      'perf',
      '--num-records',
      '20000',
      '--record-size',
      '200',
      '--throughput',
      '-1',
      '--command-property',
      `bootstrap.servers=${bootstrap[1]}`,
      'acks=all',
    ]);
    expect(output).toContain('20000 records sent');
    const consumed = await runKafkaTool('ConsumerPerformance', [
      ...bootstrap,
      '--topic',
      'perf',
      '--num-records',
      '20000',
    ]);
    expect(consumed.output.trim().split('\n').at(-1)).toContain(', 20000, ');
  });
});
