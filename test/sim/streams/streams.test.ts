import { describe, expect, it } from 'vitest';
import { AT_LEAST_ONCE } from '../../../src/streams/runtime/commit-protocol.ts';
import { simulate, Simulation } from '../simulation.ts';
import { StreamsRun, type StreamsReport } from './streams-run.ts';

const BROKEN = [
  'flush-caches',
  'flush-results',
  'log-changes',
  'flush-changelogs',
  'write-local-state',
  'commit-offsets',
  'release',
] as const;
const BROKEN_SEEDS = 20;

/** A taste of `npm run sim:streams`, which runs many more seeds. */
describe('applications in the simulator', () => {
  it('count exactly where nothing crashes', async () => {
    let report: StreamsReport | undefined;
    await simulate(3, import.meta.url, async (simulation) => {
      report = await new StreamsRun(simulation, { faults: false }).run();
    });
    expect(report).toMatchObject({ crashes: 0, countedAgain: 0, forgotten: 0 });
    expect(report?.records).toBeGreaterThan(100);
  });

  it('lose nothing when they and the brokers crash, and replay exactly', async () => {
    let report: StreamsReport | undefined;
    const first = await simulate(1, import.meta.url, async (simulation) => {
      report = await new StreamsRun(simulation).run();
    });
    expect(report?.crashes).toBeGreaterThan(0);
    const second = new Simulation(1);
    await new StreamsRun(second).run();
    expect(second.trace).toMatchObject({ hash: first.trace.hash, count: first.trace.count });
  });

  it('are caught when state is written before the offsets that it contains are committed', async () => {
    expect([...BROKEN].sort()).toEqual([...AT_LEAST_ONCE].sort());
    const caught: string[] = [];
    for (let seed = 1; seed <= BROKEN_SEEDS && caught.length === 0; seed++) {
      await new StreamsRun(new Simulation(seed), { commits: { order: BROKEN } })
        .run()
        .catch((error: unknown) => caught.push(String(error)));
    }
    expect(caught.join()).toContain('without a changelog');
  });
});
