import path from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { Millrace } from '../e2e/millrace-process.ts';
import { runKafkaClass, whyNoKafka } from './apache-kafka.ts';
import { expectChecks } from './client-checks.ts';

/** The producer, the consumer and the admin client of Apache Kafka 4.3.1, unmodified, by their public interfaces. */
describe.skipIf(whyNoKafka !== undefined)('the Java clients', () => {
  const millrace = new Millrace();

  afterAll(() => millrace.close());

  it('produce, consume, share partitions and administer', async () => {
    const { facts } = await millrace.startBroker();
    const program = path.join(import.meta.dirname, 'java', 'Clients.java');
    expectChecks(await runKafkaClass(program, [facts.kafka]), [
      'codecs',
      'refusals',
      'transactions',
      'fencing',
      'consuming',
      'fetch sessions',
      'rebalances',
      'static membership',
      'groups',
      'topics',
      'offsets',
      'cluster',
    ]);
  });
});
