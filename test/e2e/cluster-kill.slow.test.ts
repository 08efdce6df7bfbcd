import { afterAll, describe, expect, it } from 'vitest';
import { Admin } from '../../src/client/index.ts';
import { type Load, loadWithKafkaJs, loadWithMillrace, readAll } from './ledger.ts';
import { Millrace, sleep } from './millrace-process.ts';
import { ProcessCluster } from './process-cluster.ts';

const KILLS = Number(process.env['MILLRACE_KILLS'] ?? 2);
const CLUSTER_KILLS = 5;
const PARTITIONS = 3;
const TOPIC = 'ledger';

/** A line of `millrace cluster status --json`. */
interface Status {
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number;
}

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

  it(`goes on as millrace start --cluster through ${CLUSTER_KILLS} kills, and keeps all over a restart`, async () => {
    const data = `${millrace.folder()}/data`;
    const start = ['start', '--cluster', '3', '--no-sql', '--json', '--kafka-port', '0', '--data', data];
    const first = millrace.spawn(start);
    const { brokers = [] } = await first.facts();
    const statuses = async (): Promise<readonly Status[]> => {
      const { text } = await millrace.run(['cluster', 'status', '--json', '--data', data]);
      return text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Status);
    };
    const admin = new Admin({ bootstrapServers: brokers.join() });
    await admin.createTopics([{ name: TOPIC, partitions: PARTITIONS }]);
    await admin.close();
    const load = loadWithMillrace(brokers.join(), TOPIC, PARTITIONS);
    const grows = async (): Promise<void> => {
      const before = load.ledgers.map((ledger) => ledger.acknowledged.size);
      while (load.ledgers.some((ledger, i) => ledger.acknowledged.size < (before[i] ?? 0) + 200))
        await sleep(50);
    };
    await grows();
    for (let round = 0; round < CLUSTER_KILLS; round++) {
      const victim = (await statuses())[round % 3];
      process.kill(victim?.pid ?? 0, 'SIGKILL');
      // Every partition goes on, also those that the dead broker led, and the broker comes back by itself.
      await grows();
      while ((await statuses()).some(({ state }) => state !== 'running')) await sleep(100);
    }
    expect((await statuses()).reduce((sum, { restarts }) => sum + restarts, 0)).toBe(CLUSTER_KILLS);
    await load.stop();
    expect(load.ledgers.flatMap((ledger) => ledger.failures)).toEqual([]);
    expect((await first.stop('SIGINT')).code).toBe(0);

    const second = millrace.spawn(start);
    const again = (await second.facts()).brokers?.join() ?? '';
    const values = await readAll(again, TOPIC);
    expect(load.ledgers.flatMap((ledger) => ledger.contradictions(values[ledger.partition] ?? []))).toEqual(
      [],
    );
    expect((await second.stop('SIGINT')).code).toBe(0);
  });
});
