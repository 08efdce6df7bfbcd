import { afterAll, expect, it } from 'vitest';
import { Consumer } from '../../src/client/index.ts';
import { TestBrokers } from '../broker/running-broker.ts';
import { ExampleProcess } from './example-process.ts';
import { expectedLateDepartures, finalLateDepartures } from './late-departures.ts';

const brokers = new TestBrokers();
afterAll(() => brokers.close());

it('05-many-applications runs three applications, which end together', async () => {
  const { address } = await brokers.start();
  const bootstrap = `${address.host}:${address.port}`;
  const directory = brokers.newDirectory();
  const load = new ExampleProcess('examples/flight-data/load', [bootstrap], directory);
  expect(await load.output()).toBe('sent 20000 flights\n');

  const apps = new ExampleProcess('examples/05-many-applications/app', [bootstrap], directory);
  const names = ['late-departures', 'departures', 'long-flights'];
  for (const name of names) await apps.printed(new RegExp(`^${name} RUNNING`, 'm'));
  const expected = expectedLateDepartures();
  expect(await finalLateDepartures(bootstrap, expected)).toEqual(expected);
  expect(await departures(bootstrap)).toBe(20_000);
  expect(await apps.interrupt()).toBe(0);
  for (const name of names) expect(apps.text).toMatch(new RegExp(`^${name} NOT_RUNNING`, 'm'));
});

/** The sum of the counts of all airports, once it is what it should be. */
async function departures(bootstrapServers: string): Promise<number> {
  const consumer = new Consumer({ bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign([{ topic: 'departures', partition: 0 }]);
  const counts = new Map<string, number>();
  let sum = 0;
  while (sum < 20_000) {
    for (const { records } of await consumer.poll(1_000)) {
      for (const { key, value } of records) counts.set(String(key), Number(String(value)));
    }
    sum = [...counts.values()].reduce((total, count) => total + count, 0);
  }
  await consumer.close();
  return sum;
}
