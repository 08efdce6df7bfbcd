import { describe, expect, it } from 'vitest';
import { simulate, Simulation } from '../simulation.ts';
import { ClusterRun } from './cluster-run.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

/** A taste of `npm run sim`, which runs many more seeds. */
describe('a cluster in the simulator', () => {
  it('keeps its promises under crashes, lost writes and partitions, and replays exactly', async () => {
    const seed = 12;
    let checks: ReadonlyMap<string, number> = new Map();
    const first = await simulate(seed, import.meta.url, async (simulation) => {
      checks = (await new ClusterRun(simulation).run()).checks;
    });
    expect(checks.get('records')).toBeGreaterThan(100);
    expect([...checks].filter(([, count]) => count === 0)).toEqual([]);
    const second = new Simulation(seed);
    await new ClusterRun(second).run();
    expect(second.trace).toMatchObject({ hash: first.trace.hash, count: first.trace.count });
  });

  it('stops at once when all brokers are stopped together, though nobody is left to hand over to', async () => {
    await simulate(7, import.meta.url, async (simulation) => {
      const violations: string[] = [];
      const cluster = new SimulatedCluster(simulation, {
        violate: (checker, what) => violations.push(`${checker}: ${what}`),
        onController: () => {},
      });
      const { brokerIds } = cluster;
      for (const id of brokerIds) cluster.start(id);
      await simulation.run(() => brokerIds.every((id) => cluster.broker(id) !== undefined));
      const startMs = simulation.nowMs;
      await simulation.settle(Promise.all(brokerIds.map((id) => cluster.stop(id))));
      expect(simulation.nowMs - startMs).toBeLessThan(3_000);
      expect(violations).toEqual([]);
    });
  });
});
