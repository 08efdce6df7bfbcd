import { describe, it } from 'vitest';
import { whyNoKafka } from '../compat/apache-kafka.ts';
import { sqlOnApacheKafka } from './sql-exactly-once/deployment.ts';
import { describeSqlExactlyOnce, killRun } from './sql-exactly-once/kills.case.ts';

if (whyNoKafka === undefined) {
  describeSqlExactlyOnce('on Apache Kafka', sqlOnApacheKafka, killRun);
} else {
  describe('SQL under exactly-once, on Apache Kafka', () => {
    it.skip(`needs ${whyNoKafka}`, () => {});
  });
}
