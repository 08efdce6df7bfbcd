import { expect, it } from 'vitest';
import { Admin } from '../../../src/client/index.ts';
import { simulate } from '../simulation.ts';
import { watched } from '../settled.ts';
import { threeBrokers } from './cluster-shape.ts';
import { Progress } from './progress.ts';
import { RECORDS_TOPIC } from './records.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

it('names the partition that takes no record, and ends when it does', async () => {
  await simulate(1, import.meta.url, async (simulation) => {
    const violations: string[] = [];
    const violate = (checker: string, what: string): void => void violations.push(`${checker}: ${what}`);
    // All three must have a record: a partition takes none while one of them is down.
    const shape = { ...threeBrokers(simulation), minInsyncReplicas: 3 };
    const cluster = new SimulatedCluster(simulation, { violate, onController: () => {} }, shape);
    const { brokerIds, bootstrapServers } = cluster;
    for (const id of brokerIds) cluster.start(id);
    await simulation.run(() => brokerIds.every((id) => cluster.broker(id) !== undefined));
    const { environment } = simulation.host('admin');
    const admin = new Admin({ environment, bootstrapServers });
    await simulation.settle(
      admin.createTopics([{ name: RECORDS_TOPIC, partitions: 2, replicationFactor: 3 }]),
    );
    await simulation.settle(admin.close());
    cluster.kill(3);
    const progress = new Progress({ simulation, cluster, shape, bootstrapServers, violate });
    const run = progress.run();
    const isDone = watched(run);
    await simulation.run(() => progress.missing.includes('NOT_ENOUGH_REPLICAS') || isDone());
    expect(progress.missing).toMatch(/a record of records-0 .*, a record of records-1 /);
    cluster.start(3);
    await simulation.settle(run);
    expect(progress.missing).toBe('');
    expect(progress.counts.partitions).toBe(2);
    expect(violations).toEqual([]);
  });
});
