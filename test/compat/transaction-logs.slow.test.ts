import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { updateFeatures } from '../../src/protocol/messages/57-update-features.ts';
import { whyNoKafka } from './apache-kafka.ts';
import { BothBrokers } from './same-answers/both-brokers.ts';
import { runMixedSequence } from './same-answers/mixed-sequences.ts';
import { transactionBadInputCases } from './same-answers/transaction-bad-input-cases.ts';
import { transactionLogCases } from './same-answers/transaction-log-cases.ts';
import { runSequence } from './same-answers/transaction-log-sequences.ts';

/** How many random sequences of each kind, and from which seed on: `SEQUENCES=400 FIRST_SEED=42 npx vitest run ...`. */
const SEQUENCES = Number(process.env['SEQUENCES'] ?? 40);
const FIRST_SEED = Number(process.env['FIRST_SEED'] ?? 1);
/** `FeatureUpdate.UpgradeType` */
const SAFE_DOWNGRADE = 2;

/** Partitions, groups and consumers of transactions: the same requests to Apache Kafka 4.3.1 and to our broker. */
describe.skipIf(whyNoKafka !== undefined)(
  'partitions answer in transactions as those of Apache Kafka do',
  () => {
    let both: BothBrokers | undefined;

    beforeAll(async () => {
      both = await BothBrokers.start({ 'transaction.abort.timed.out.transaction.cleanup.interval.ms': 200 });
    });

    afterAll(() => both?.close());

    for (const { name, versions, run } of [...transactionLogCases, ...transactionBadInputCases]) {
      it.each(versions.map((version) => [version]))(`${name}, v%i`, (version) =>
        both?.compare((peer) => run(peer, version)),
      );
    }

    const seedsFrom = (first: number) => Array.from({ length: SEQUENCES }, (_, i) => [first + i]);

    it.each(seedsFrom(FIRST_SEED))('a random sequence, seed %i', (seed) =>
      both?.compare((peer) => runSequence(peer, seed)),
    );

    it.each(seedsFrom(FIRST_SEED))('a mixed sequence, seed %i', (seed) =>
      both?.compare((peer) => runMixedSequence(peer, seed)),
    );

    it('takes transaction.version down to 1', async () => {
      const featureUpdates = [
        { feature: 'transaction.version', maxVersionLevel: 1, upgradeType: SAFE_DOWNGRADE },
      ];
      for (const peer of both?.peers ?? []) {
        expect(await peer.send(updateFeatures, 1, { featureUpdates })).toMatchObject({ errorCode: 0 });
      }
    });

    it.each(seedsFrom(FIRST_SEED + SEQUENCES))('a mixed sequence at transaction.version 1, seed %i', (seed) =>
      both?.compare((peer) => runMixedSequence(peer, seed)),
    );
  },
);
