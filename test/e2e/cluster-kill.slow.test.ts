import { afterAll, describe, expect, it } from 'vitest';
import { Admin } from '../../src/client/index.ts';
import { type Load, loadWithKafkaJs, loadWithMillrace, readAll } from './ledger.ts';
import { Millrace, sleep } from './millrace-process.ts';
import { ProcessCluster } from './process-cluster.ts';

const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 2);
const PARTITIONS = 3;
const TOPIC = 'ledger';

/**
 * Three broker processes under load of idempotent producers with acks=all; one after the other is killed with -9 and
 * started again. `MILLRACE_KILLS=20` for the long run.
 */
describe('a cluster of three processes', () => {
  const millrace = new Millrace();

  afterAll(() => millrace.close());

  it(`keeps what it acknowledged, once and in order, through ${KILLS} kills`, async () => {
    const cluster = await ProcessCluster.start(millrace);
    const admin = new Admin({ bootstrapServers: cluster.bootstrap });
    await admin.createTopics([{ name: TOPIC, partitions: PARTITIONS, replicationFactor: 3 }]);
    await admin.close();
    await cluster.untilInSync(TOPIC);
    const loads: readonly Load[] = [
      loadWithMillrace(cluster.bootstrap, TOPIC, PARTITIONS),
      loadWithKafkaJs(cluster.bootstrap, TOPIC, PARTITIONS),
    ];
    const ledgers = loads.flatMap((load) => load.ledgers);
    for (let round = 0; round < KILLS; round++) {
      await sleep(500);
      const before = ledgers.map((ledger) => ledger.acknowledged.size);
      // In turn the leader of a partition, and whichever broker is next.
      const leader = round % 2 === 0 ? await cluster.leaderOf(TOPIC, round % PARTITIONS) : undefined;
      const victim = leader ?? (round % 3) + 1;
      await cluster.kill(victim);
      await sleep(Math.floor(Math.random() * 1_000));
      await cluster.start(victim);
      // Every third time the next one is killed before this one is in sync again.
      if (round % 3 !== 2) await cluster.untilInSync(TOPIC);
      // Every writer gets on.
      while (ledgers.some((ledger, i) => ledger.acknowledged.size === before[i])) await sleep(50);
    }
    await cluster.untilInSync(TOPIC);
    await Promise.all(loads.map((load) => load.stop()));

    const values = await readAll(cluster.bootstrap, TOPIC);
    const contradictions = ledgers.flatMap((ledger) => ledger.contradictions(values[ledger.partition] ?? []));
    expect(contradictions).toEqual([]);
    expect(ledgers.flatMap((ledger) => ledger.failures)).toEqual([]);
    for (const ledger of ledgers) expect(ledger.acknowledged.size).toBeGreaterThan(20 * KILLS);
    // Nothing went wrong inside, either.
    expect(await cluster.stop()).not.toMatch(/error|unhandled|    at /i);
  });
});
