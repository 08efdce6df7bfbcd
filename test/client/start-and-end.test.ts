import { describe, expect, it } from 'vitest';
import { Broker } from '../../broker/index.ts';
import { Admin, Consumer, Producer } from '../../src/client/index.ts';
import { CountedEnvironment } from '../base/counted-environment.ts';
import { simulate, type Simulation } from '../sim/simulation.ts';

const SEED = 1;
const LEFT_OVER_MS = 60_000;
const bootstrapServers = 'broker1:9092';

/** A client, and what it is used for until it is closed. */
interface Use {
  readonly close: () => Promise<void>;
  readonly run: () => Promise<void>;
}

/** Reads one record, as a member of a group. */
function reading(environment: CountedEnvironment): Use {
  const consumer = new Consumer({
    environment,
    bootstrapServers,
    groupId: 'readers',
    autoOffsetReset: 'earliest',
  });
  return {
    close: () => consumer.close(),
    run: async () => {
      consumer.subscribe(['events']);
      for (;;) if ((await consumer.poll(1_000)).length > 0) return;
    },
  };
}

/** Writes one record, and waits for it. */
function writing(environment: CountedEnvironment): Use {
  const producer = new Producer({ environment, bootstrapServers });
  return {
    close: () => producer.close(),
    run: async () => {
      producer.send({ topic: 'events', value: 'two' });
      await producer.flush();
    },
  };
}

/** Asks for the topics. */
function asking(environment: CountedEnvironment): Use {
  const admin = new Admin({ environment, bootstrapServers });
  return {
    close: () => admin.close(),
    run: async () => void (await admin.describeTopics(['events'])),
  };
}

async function withBroker(
  body: (simulation: Simulation, environment: CountedEnvironment) => Promise<void>,
): Promise<void> {
  await simulate(SEED, import.meta.url, async (simulation) => {
    const { environment } = simulation.host('broker1');
    const config = {
      listeners: `PLAINTEXT://${bootstrapServers}`,
      'log.dirs': '/data',
      'group.initial.rebalance.delay.ms': 0,
      'offsets.topic.num.partitions': 1,
    };
    const broker = await simulation.settle(Broker.start({ environment, config }));
    const producer = new Producer({ environment, bootstrapServers });
    await simulation.settle(producer.sendAndWait({ topic: 'events', value: 'one' }));
    await simulation.settle(producer.close());
    await body(simulation, new CountedEnvironment(simulation.host('client').environment));
    await simulation.settle(broker.close());
  });
}

describe.each([
  ['consumer', reading],
  ['producer', writing],
  ['admin client', asking],
])('a %s', (_what, use) => {
  it('that is closed at any call of its environment, and again, leaves nothing open', async () => {
    let calls = 0;
    await withBroker(async (simulation, environment) => {
      const client = use(environment);
      await simulation.settle(client.run());
      calls = environment.calls;
      expect(environment.open).toHaveProperty('connection');
      await simulation.settle(client.close());
      expect(environment.held).toEqual({});
    });
    expect(calls).toBeGreaterThan(2);
    for (let at = 1; at <= calls; at++) {
      await withBroker(async (simulation, environment) => {
        const client = use(environment);
        const closing: Promise<void>[] = [];
        environment.onCall = (call) => {
          if (call === at) closing.push(client.close(), client.close());
        };
        // Whether it has come to its end before does not matter.
        await simulation.settle(client.run().catch(() => undefined));
        await simulation.settle(Promise.all(closing));
        expect(closing, `call ${at}`).toHaveLength(2);
        expect(environment.held, `after call ${at}`).toEqual({});
        await simulation.runFor(LEFT_OVER_MS);
        expect(environment.open, `after call ${at}`).toEqual({});
      });
    }
  });
});
