import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'vitest';
import { startApacheKafka } from '../../../bench/harness/brokers.ts';
import { whyNoKafka } from '../../compat/apache-kafka.ts';
import { describeCooperation } from './cooperation.case.ts';

if (whyNoKafka === undefined) {
  describeCooperation(
    'Apache Kafka',
    async () => {
      const kafka = await startApacheKafka();
      const folder = mkdtempSync(path.join(tmpdir(), 'millrace-broker-'));
      return {
        bootstrapServers: kafka.bootstrap,
        folder,
        async close() {
          await kafka.close();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
    { sessionMsMin: 6_000 },
  );
} else {
  describe('an application on Apache Kafka', () => {
    it.skip(`needs ${whyNoKafka}`, () => {});
  });
}
