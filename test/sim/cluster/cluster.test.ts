import { describe, expect, it } from 'vitest';
import { simulate, Simulation } from '../simulation.ts';
import { ClusterRun } from './cluster-run.ts';
import { BROKER_IDS, SimulatedCluster } from './simulated-cluster.ts';

/** A taste of `npm run sim`, which runs many more seeds. */
describe('a cluster of three in the simulator', () => {
  it('keeps its promises under crashes, lost writes and partitions, and replays exactly', async () => {
    const seed = 1;
    const report = { acknowledged: 0 };
    const first = await simulate(seed, import.meta.url, async (simulation) => {
      report.acknowledged = (await new ClusterRun(simulation).run()).acknowledged;
    });
    expect(report.acknowledged).toBeGreaterThan(500);
    const second = new Simulation(seed);
    await new ClusterRun(second).run();
    expect(second.trace).toMatchObject({ hash: first.trace.hash, count: first.trace.count });
  });

  it('stops at once when all brokers are stopped together, though nobody is left to hand over to', async () => {
    await simulate(7, import.meta.url, async (simulation) => {
      const violations: string[] = [];
      const cluster = new SimulatedCluster(simulation, {
        onViolation: (what) => violations.push(what),
        onController: () => {},
      });
      for (const id of BROKER_IDS) cluster.start(id);
      await simulation.run(() => BROKER_IDS.every((id) => cluster.broker(id) !== undefined));
      const startMs = simulation.nowMs;
      await simulation.settle(Promise.all(BROKER_IDS.map((id) => cluster.stop(id))));
      expect(simulation.nowMs - startMs).toBeLessThan(3_000);
      expect(violations).toEqual([]);
    });
  });
});
