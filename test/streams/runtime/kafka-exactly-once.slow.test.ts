import { describe, it } from 'vitest';
import { startApacheKafka } from '../../../bench/harness/brokers.ts';
import { whyNoKafka } from '../../compat/apache-kafka.ts';
import { describeExactlyOnce } from './exactly-once.case.ts';
import { describeExactlyOnceKills } from './exactly-once-kills.case.ts';

// A Kafka that runs already saves its start.
const running = process.env['KAFKA_BOOTSTRAP'];

async function startKafka() {
  if (running !== undefined) return { bootstrapServers: running, stop: async () => {} };
  const kafka = await startApacheKafka();
  return { bootstrapServers: kafka.bootstrap, stop: () => kafka.close() };
}

if (running !== undefined || whyNoKafka === undefined) {
  describeExactlyOnce('Apache Kafka', startKafka);
  // A larger run: EXACTLY_ONCE_RECORDS=1000000 EXACTLY_ONCE_KILLS=60 EXACTLY_ONCE_ROWS=1000000
  describeExactlyOnceKills('Apache Kafka', startKafka, {
    records: Number(process.env['EXACTLY_ONCE_RECORDS'] ?? 4_000),
    kills: Number(process.env['EXACTLY_ONCE_KILLS'] ?? 8),
    rows: Number(process.env['EXACTLY_ONCE_ROWS'] ?? 5_000),
    ...{ keys: 50, aliveMsMax: 4_000 },
  });
} else {
  describe('exactly-once on Apache Kafka', () => {
    it.skip(`needs ${whyNoKafka}`, () => {});
  });
}
