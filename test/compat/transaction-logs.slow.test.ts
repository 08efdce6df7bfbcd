import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrokerUnderTest, startApacheKafka } from '../../bench/harness/brokers.ts';
import { Broker } from '../../broker/index.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { whyNoKafka } from './apache-kafka.ts';
import { Peer } from './same-answers/peer.ts';
import { transactionLogCases } from './same-answers/transaction-log-cases.ts';
import { runSequence } from './same-answers/transaction-log-sequences.ts';
import { prepare } from './same-answers/world.ts';

/** How many random sequences, and from which seed on: `SEQUENCES=1000 FIRST_SEED=42 npx vitest run ...`. */
const SEQUENCES = Number(process.env['SEQUENCES'] ?? 40);
const FIRST_SEED = Number(process.env['FIRST_SEED'] ?? 1);

/** Partitions, groups and consumers of transactions: the same requests to Apache Kafka 4.3.1 and to our broker. */
describe.skipIf(whyNoKafka !== undefined)(
  'partitions answer in transactions as those of Apache Kafka do',
  () => {
    let kafka: BrokerUnderTest | undefined;
    let broker: Broker | undefined;
    let data = '';
    let ours: Peer;
    let theirs: Peer;

    beforeAll(async () => {
      data = mkdtempSync(path.join(tmpdir(), 'millrace-transaction-logs-'));
      kafka = await startApacheKafka();
      broker = await Broker.start({
        logger: silentLogger,
        config: {
          'node.id': 1,
          listeners: 'PLAINTEXT://127.0.0.1:0',
          'log.dirs': data,
          'group.initial.rebalance.delay.ms': 0,
        },
      });
      ours = new Peer(`${broker.address.host}:${broker.address.port}`);
      theirs = new Peer(kafka.bootstrap);
      await Promise.all([prepare(ours), prepare(theirs)]);
    });

    afterAll(async () => {
      await broker?.close();
      await kafka?.close();
      rmSync(data, { recursive: true, force: true });
    });

    async function compare(run: (peer: Peer) => Promise<unknown>): Promise<void> {
      const [own, expected] = await Promise.all(
        [ours, theirs].map(async (peer) => {
          peer.transcript.length = 0;
          await run(peer);
          return [...peer.transcript];
        }),
      );
      expect(expected?.length).toBeGreaterThan(0);
      expect(own).toEqual(expected);
    }

    for (const { name, versions, run } of transactionLogCases) {
      it.each(versions.map((version) => [version]))(`${name}, v%i`, (version) =>
        compare((peer) => run(peer, version)),
      );
    }

    it.each(Array.from({ length: SEQUENCES }, (_, i) => [FIRST_SEED + i]))(
      'a random sequence, seed %i',
      (seed) => compare((peer) => runSequence(peer, seed)),
    );
  },
);
