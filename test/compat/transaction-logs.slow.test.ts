import { afterAll, beforeAll, describe, it } from 'vitest';
import { whyNoKafka } from './apache-kafka.ts';
import { BothBrokers } from './same-answers/both-brokers.ts';
import { transactionLogCases } from './same-answers/transaction-log-cases.ts';
import { runSequence } from './same-answers/transaction-log-sequences.ts';

/** How many random sequences, and from which seed on: `SEQUENCES=1000 FIRST_SEED=42 npx vitest run ...`. */
const SEQUENCES = Number(process.env['SEQUENCES'] ?? 40);
const FIRST_SEED = Number(process.env['FIRST_SEED'] ?? 1);

/** Partitions, groups and consumers of transactions: the same requests to Apache Kafka 4.3.1 and to our broker. */
describe.skipIf(whyNoKafka !== undefined)(
  'partitions answer in transactions as those of Apache Kafka do',
  () => {
    let both: BothBrokers | undefined;

    beforeAll(async () => {
      both = await BothBrokers.start();
    });

    afterAll(() => both?.close());

    for (const { name, versions, run } of transactionLogCases) {
      it.each(versions.map((version) => [version]))(`${name}, v%i`, (version) =>
        both?.compare((peer) => run(peer, version)),
      );
    }

    it.each(Array.from({ length: SEQUENCES }, (_, i) => [FIRST_SEED + i]))(
      'a random sequence, seed %i',
      (seed) => both?.compare((peer) => runSequence(peer, seed)),
    );
  },
);
