import { afterAll, expect, it } from 'vitest';
import { TestBrokers } from '../broker/running-broker.ts';
import { ExampleProcess } from './example-process.ts';

const brokers = new TestBrokers();
afterAll(() => brokers.close());

it('03-any-kafka-client produces and consumes with kafkajs', async () => {
  const { address } = await brokers.start();
  const bootstrap = `${address.host}:${address.port}`;
  const example = 'examples/03-any-kafka-client/greetings';
  const run = new ExampleProcess(example, [bootstrap], brokers.newDirectory());
  const lines = (await run.output()).trim().split('\n');
  expect(lines.toSorted()).toEqual([
    'partition 0: it = ciao',
    'partition 1: en = hello',
    'partition 1: fr = bonjour',
  ]);
});
