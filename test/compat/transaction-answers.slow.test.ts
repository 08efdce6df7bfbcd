import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrokerUnderTest, startApacheKafka } from '../../bench/harness/brokers.ts';
import { Broker } from '../../broker/index.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { updateFeatures } from '../../src/protocol/messages/57-update-features.ts';
import { whyNoKafka } from './apache-kafka.ts';
import { Peer } from './same-answers/peer.ts';
import { TransactionSequence } from './same-answers/transaction-sequence.ts';
import { prepare } from './same-answers/world.ts';

const SEQUENCES = Number(process.env['TRANSACTION_SEQUENCES'] ?? 300);
const STEPS = 15;
/** `FeatureUpdate.UpgradeType` */
const SAFE_DOWNGRADE = 2;
const FIRST_SEED = Number(process.env['TRANSACTION_SEED'] ?? 1);

/**
 * Random conversations about transactions with Apache Kafka 4.3.1 and with our broker: what is asked is the same as long as
 * the answers are. `TRANSACTION_SEED=n TRANSACTION_SEQUENCES=1` repeats one.
 */
describe.skipIf(whyNoKafka !== undefined)(
  'our transaction coordinator answers as that of Apache Kafka',
  () => {
    let kafka: BrokerUnderTest | undefined;
    let broker: Broker | undefined;
    let data = '';
    let peers: Peer[] = [];

    beforeAll(async () => {
      data = mkdtempSync(path.join(tmpdir(), 'millrace-same-transactions-'));
      kafka = await startApacheKafka();
      broker = await Broker.start({
        logger: silentLogger,
        config: { 'node.id': 1, listeners: 'PLAINTEXT://127.0.0.1:0', 'log.dirs': data },
      });
      peers = [new Peer(`${broker.address.host}:${broker.address.port}`), new Peer(kafka.bootstrap)];
      await Promise.all(peers.map(prepareTransactions));
    });

    afterAll(async () => {
      await broker?.close();
      await kafka?.close();
      rmSync(data, { recursive: true, force: true });
    });

    it(`in ${SEQUENCES} sequences from seed ${FIRST_SEED} on`, () => compare(FIRST_SEED));

    it(`in as many where transaction.version is 1`, async () => {
      const featureUpdates = [
        { feature: 'transaction.version', maxVersionLevel: 1, upgradeType: SAFE_DOWNGRADE },
      ];
      for (const peer of peers) {
        expect(await peer.send(updateFeatures, 1, { featureUpdates })).toMatchObject({ errorCode: 0 });
      }
      await compare(FIRST_SEED + SEQUENCES);
    });

    async function compare(firstSeed: number): Promise<void> {
      const differences: string[] = [];
      for (let seed = firstSeed; seed < firstSeed + SEQUENCES; seed++) {
        const [own = [], expected = []] = await Promise.all(
          peers.map(async (peer) => {
            peer.transcript.length = 0;
            await new TransactionSequence(seed, peer).run(STEPS);
            return peer.transcript.map((answer) => JSON.stringify(answer));
          }),
        );
        expect(expected.length).toBeGreaterThan(STEPS / 2);
        const step = expected.findIndex((answer, i) => answer !== own[i]);
        if (step < 0) continue;
        const before = expected.slice(Math.max(0, step - 3), step);
        const told = [
          `seed ${seed}, step ${step}`,
          ...before,
          `Kafka: ${expected[step]}`,
          `ours:  ${own[step]}`,
        ];
        differences.push(told.join('\n'));
      }
      expect(differences.length, differences.slice(0, 10).join('\n\n')).toBe(0);
    }
  },
);

async function prepareTransactions(peer: Peer): Promise<void> {
  await prepare(peer);
  const asked = { keyType: 1, coordinatorKeys: ['any'] };
  await peer.until(findCoordinator, 4, asked, ({ coordinators }) => coordinators[0]?.errorCode === 0);
  await peer.until(
    initProducerId,
    5,
    { transactionalId: 'any', transactionTimeoutMs: 60_000 },
    ({ errorCode }) => errorCode === 0,
  );
}
