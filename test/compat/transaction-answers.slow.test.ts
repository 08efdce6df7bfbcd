import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { updateFeatures } from '../../src/protocol/messages/57-update-features.ts';
import { whyNoKafka } from './apache-kafka.ts';
import { BothBrokers } from './same-answers/both-brokers.ts';
import type { Peer } from './same-answers/peer.ts';
import { TransactionSequence } from './same-answers/transaction-sequence.ts';

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
    let both: BothBrokers | undefined;

    beforeAll(async () => {
      both = await BothBrokers.start();
      await Promise.all(both.peers.map(prepareTransactions));
    });

    afterAll(() => both?.close());

    it(`in ${SEQUENCES} sequences from seed ${FIRST_SEED} on`, () => compare(FIRST_SEED));

    it(`in as many where transaction.version is 1`, async () => {
      const featureUpdates = [
        { feature: 'transaction.version', maxVersionLevel: 1, upgradeType: SAFE_DOWNGRADE },
      ];
      for (const peer of both?.peers ?? []) {
        expect(await peer.send(updateFeatures, 1, { featureUpdates })).toMatchObject({ errorCode: 0 });
      }
      await compare(FIRST_SEED + SEQUENCES);
    });

    async function compare(firstSeed: number): Promise<void> {
      const differences: string[] = [];
      for (let seed = firstSeed; seed < firstSeed + SEQUENCES; seed++) {
        const told = await both?.transcripts((peer) => new TransactionSequence(seed, peer).run(STEPS));
        const [own = [], expected = []] = [told?.own, told?.expected].map((answers) =>
          answers?.map((answer) => JSON.stringify(answer)),
        );
        expect(expected.length).toBeGreaterThan(STEPS / 2);
        const step = expected.findIndex((answer, i) => answer !== own[i]);
        if (step < 0) continue;
        const before = expected.slice(Math.max(0, step - 3), step);
        const difference = [
          `seed ${seed}, step ${step}`,
          ...before,
          `Kafka: ${expected[step]}`,
          `ours:  ${own[step]}`,
        ];
        differences.push(difference.join('\n'));
      }
      expect(differences.length, differences.slice(0, 10).join('\n\n')).toBe(0);
    }
  },
);

async function prepareTransactions(peer: Peer): Promise<void> {
  const asked = { keyType: 1, coordinatorKeys: ['any'] };
  await peer.until(findCoordinator, 4, asked, ({ coordinators }) => coordinators[0]?.errorCode === 0);
  await peer.until(
    initProducerId,
    5,
    { transactionalId: 'any', transactionTimeoutMs: 60_000 },
    ({ errorCode }) => errorCode === 0,
  );
}
