import { afterAll, expect, it } from 'vitest';
import { TestBrokers } from '../broker/running-broker.ts';
import { post } from '../server/platform.ts';
import { ExampleProcess } from '../examples/example-process.ts';

const brokers = new TestBrokers();
afterAll(() => brokers.close());

interface Listed {
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

async function guaranteeOf(http: string): Promise<string | undefined> {
  const { body } = await post(`${http}/ksql`, { ksql: 'LIST PROPERTIES;' });
  const [{ properties } = { properties: [] }] = body as readonly Listed[];
  return properties.find(({ name }) => name === 'ksql.streams.processing.guarantee')?.value;
}

it('runs SQL on its own broker exactly once, unless it is told not to', async () => {
  const directory = brokers.newDirectory();
  for (const [set, guarantee] of [
    [[], 'exactly_once_v2'],
    [['--set', 'processing.guarantee=at_least_once'], 'at_least_once'],
  ] as const) {
    const ports = ['--http-port', '0', '--kafka-port', '0'];
    const options = ['start', '--json', ...ports, '--data', `${directory}/data`, ...set];
    const server = new ExampleProcess('cli/main', options, directory);
    const [line] = await server.printed(/^\{.*\}$/m);
    expect(await guaranteeOf((JSON.parse(line) as { readonly http: string }).http)).toBe(guarantee);
    expect(await server.interrupt()).toBe(0);
  }
});

it.each(['--kafka', '--set'])('runs SQL on an outside broker that %s names', async (option) => {
  const { address } = await brokers.start();
  const bootstrap = `${address.host}:${address.port}`;
  const named = option === '--kafka' ? [option, bootstrap] : [option, `bootstrap.servers=${bootstrap}`];
  const directory = brokers.newDirectory();
  const options = ['start', '--json', '--http-port', '0', '--data', `${directory}/data`, ...named];
  const server = new ExampleProcess('cli/main', options, directory);
  const [line] = await server.printed(/^\{.*\}$/m);
  const facts = JSON.parse(line) as { readonly http: string };
  expect(facts).toMatchObject({ kafka: bootstrap });
  expect(await guaranteeOf(facts.http)).toBe('at_least_once');
  expect(await server.interrupt()).toBe(0);
});
