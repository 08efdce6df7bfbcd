import { afterAll, beforeAll, expect, it } from 'vitest';
import { Admin } from '../../src/client/index.ts';
import { TestBrokers } from '../broker/running-broker.ts';
import { ExampleProcess } from './example-process.ts';
import { expectedLateDepartures, finalLateDepartures } from './late-departures.ts';

const brokers = new TestBrokers();
let bootstrap = '';

beforeAll(async () => {
  const { address } = await brokers.start();
  bootstrap = `${address.host}:${address.port}`;
});
afterAll(() => brokers.close());

it('01-first-stream-app counts the late departures of every state and day', async () => {
  const directory = brokers.newDirectory();
  const load = new ExampleProcess('examples/flight-data/load', [bootstrap], directory);
  expect(await load.output()).toBe('sent 20000 flights\n');

  const app = new ExampleProcess('examples/01-first-stream-app/app', [bootstrap], directory);
  await app.printed(/RUNNING/);
  const expected = expectedLateDepartures();
  expect(expected.size).toBeGreaterThan(100);
  expect(await finalLateDepartures(bootstrap, expected)).toEqual(expected);
  expect(await app.interrupt()).toBe(0);
  expect(app.text.trim().split('\n')).toEqual([
    'CREATED',
    'REBALANCING',
    'RUNNING',
    'PENDING_SHUTDOWN',
    'NOT_RUNNING',
  ]);

  // Its offsets are committed, so it goes on where it was: nothing is counted twice.
  const end = await endOfResults();
  const again = new ExampleProcess('examples/01-first-stream-app/app', [bootstrap], directory);
  await again.printed(/RUNNING/);
  expect(await again.interrupt()).toBe(0);
  expect(await endOfResults()).toBe(end);
});

it('01-first-stream-app runs without a broker', async () => {
  const example = 'examples/01-first-stream-app/without-a-broker';
  const run = new ExampleProcess(example, [], brokers.newDirectory());
  expect(await run.output()).toBe("[ [ '2001-01-05 GA', 1 ], [ '2001-01-05 GA', 2 ] ]\n");
});

async function endOfResults(): Promise<number | undefined> {
  const admin = new Admin({ bootstrapServers: bootstrap });
  const [end] = await admin.listOffsets([{ topic: 'late-departures', partition: 0, spec: 'latest' }]);
  await admin.close();
  return end?.offset;
}
