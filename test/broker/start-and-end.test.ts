import { describe, expect, it } from 'vitest';
import { Broker } from '../../broker/index.ts';
import { messageOf } from '../../src/base/errors.ts';
import { CountedEnvironment } from '../base/counted-environment.ts';
import { simulate, type Simulation } from '../sim/simulation.ts';

const SEED = 1;
/** What goes on by itself when a broker has ended is over by then. */
const LEFT_OVER_MS = 60_000;

const config = { listeners: 'PLAINTEXT://localhost:9092', 'log.dirs': '/data' };
/** One that waits for two others, which do not come. */
const lonely = {
  ...config,
  'node.id': 1,
  listeners: 'PLAINTEXT://broker1:9092,CONTROLLER://broker1:9093',
  'controller.quorum.voters': '1@broker1:9093,2@broker2:9093,3@broker3:9093',
};

const environmentOf = (simulation: Simulation): CountedEnvironment =>
  new CountedEnvironment(simulation.host('broker1').environment);

async function expectNothingOpen(
  simulation: Simulation,
  environment: CountedEnvironment,
  when: string,
): Promise<void> {
  expect(environment.held, when).toEqual({});
  await simulation.runFor(LEFT_OVER_MS);
  expect(environment.open, when).toEqual({});
}

/** How many calls of its environment a start makes, and how many operations of its disk. */
async function measureStart(): Promise<{ readonly calls: number; readonly operations: number }> {
  let measured = { calls: 0, operations: 0 };
  await simulate(SEED, import.meta.url, async (simulation) => {
    const environment = environmentOf(simulation);
    const broker = await simulation.settle(Broker.start({ environment, config }));
    measured = { calls: environment.calls, operations: simulation.host('broker1').medium.operations };
    expect(environment.held).toMatchObject({ lock: 1, listener: 1, watch: 1 });
    await simulation.settle(broker.close());
  });
  expect(measured.calls).toBeGreaterThan(20);
  expect(measured.operations).toBeGreaterThan(20);
  return measured;
}

describe('a broker leaves nothing open:', () => {
  it('a start that is ended at any of its calls, after which another one starts', async () => {
    const { calls } = await measureStart();
    for (let at = 1; at <= calls; at++) {
      await simulate(SEED, import.meta.url, async (simulation) => {
        const environment = environmentOf(simulation);
        const stop = new AbortController();
        environment.onCall = (call) => {
          if (call === at) stop.abort(new Error('enough'));
        };
        const starting = Broker.start({ environment, config, signal: stop.signal });
        await expect(simulation.settle(starting), `call ${at}`).rejects.toThrow('enough');
        await expectNothingOpen(simulation, environment, `after call ${at}`);
        const again = await simulation.settle(Broker.start({ environment, config }));
        await simulation.settle(again.close());
      });
    }
  });

  it('a start whose disk fails at any of its operations', async () => {
    const { operations } = await measureStart();
    let failed = 0;
    for (let at = 1; at <= operations; at++) {
      await simulate(SEED, import.meta.url, async (simulation) => {
        const environment = environmentOf(simulation);
        simulation.host('broker1').medium.failAfter = at;
        try {
          const broker = await simulation.settle(Broker.start({ environment, config }));
          // Some of what it writes it can do without, and some it does later.
          await simulation.settle(broker.close()).catch(() => undefined);
        } catch (error) {
          expect(messageOf(error)).toMatch(/simulated fault/);
          failed++;
        }
        await expectNothingOpen(simulation, environment, `after operation ${at}`);
      });
    }
    expect(failed).toBeGreaterThan(10);
  });

  it('a stop whose disk fails at any of its operations', async () => {
    let isDone = false;
    let told = 0;
    for (let at = 1; !isDone; at++) {
      await simulate(SEED, import.meta.url, async (simulation) => {
        const environment = environmentOf(simulation);
        const broker = await simulation.settle(Broker.start({ environment, config }));
        const { medium } = simulation.host('broker1');
        medium.failAfter = at;
        const [first, second] = await simulation.settle(Promise.allSettled([broker.close(), broker.close()]));
        if (first?.status === 'rejected') told++;
        expect(second?.status, 'it is told once').toBe('fulfilled');
        isDone = medium.failAfter > 0;
        await expectNothingOpen(simulation, environment, `after operation ${at}`);
      });
    }
    expect(told).toBeGreaterThan(2);
  });

  it('one that waits for the others of its cluster, and ends at once when it is told to', async () => {
    for (const afterMs of [0, 1, 50, 1_000, 10_000]) {
      await simulate(SEED, import.meta.url, async (simulation) => {
        const environment = environmentOf(simulation);
        for (const other of ['broker2', 'broker3']) simulation.host(other);
        const stop = new AbortController();
        const starting = Broker.start({ environment, config: lonely, signal: stop.signal });
        let isOver = false;
        const over = starting.catch((error: unknown) => {
          isOver = true;
          return error;
        });
        await simulation.runFor(afterMs);
        expect(isOver).toBe(false);
        stop.abort(new Error('enough'));
        const toldMs = simulation.nowMs;
        expect(await simulation.settle(over)).toMatchObject({ message: 'enough' });
        expect(simulation.nowMs - toldMs).toBeLessThan(500);
        await expectNothingOpen(simulation, environment, `after ${afterMs} ms`);
      });
    }
  });
});
