import { afterAll, expect, it } from 'vitest';
import { TestBrokers } from '../broker/running-broker.ts';
import { ExampleProcess } from '../examples/example-process.ts';

const brokers = new TestBrokers();
afterAll(() => brokers.close());

it.each(['--kafka', '--set'])('runs SQL on an outside broker that %s names', async (option) => {
  const { address } = await brokers.start();
  const bootstrap = `${address.host}:${address.port}`;
  const named = option === '--kafka' ? [option, bootstrap] : [option, `bootstrap.servers=${bootstrap}`];
  const directory = brokers.newDirectory();
  const options = ['start', '--json', '--http-port', '0', '--data', `${directory}/data`, ...named];
  const server = new ExampleProcess('cli/main', options, directory);
  const [line] = await server.printed(/^\{.*\}$/m);
  expect(JSON.parse(line)).toMatchObject({ kafka: bootstrap });
  expect(await server.interrupt()).toBe(0);
});
