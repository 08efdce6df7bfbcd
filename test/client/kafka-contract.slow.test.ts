import { describe, it } from 'vitest';
import { startApacheKafka } from '../../bench/harness/brokers.ts';
import { whyNoKafka } from '../compat/apache-kafka.ts';
import { describeContract } from './contract.case.ts';

// A Kafka that runs already saves its start while one works on the client.
const running = process.env['KAFKA_BOOTSTRAP'];

if (running !== undefined || whyNoKafka === undefined) {
  describeContract(
    'Apache Kafka',
    async () => {
      if (running !== undefined) return { bootstrapServers: running, stop: async () => {} };
      const kafka = await startApacheKafka();
      return { bootstrapServers: kafka.bootstrap, stop: () => kafka.close() };
    },
    { hasTransactions: true, sessionMsMin: 6_000 },
  );
} else {
  describe('the client against Apache Kafka', () => {
    it.skip(`needs ${whyNoKafka}`, () => {});
  });
}
