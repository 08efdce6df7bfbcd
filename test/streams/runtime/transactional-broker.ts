import { TestBrokers } from '../../broker/running-broker.ts';

/** A broker of ours, which soon ends transactions that are over their time. */
export async function startTransactionalBroker(): Promise<{
  readonly bootstrapServers: string;
  readonly stop: () => Promise<void>;
}> {
  const brokers = new TestBrokers();
  const broker = await brokers.start({
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
  });
  const { host, port } = broker.address;
  return { bootstrapServers: `${host}:${port}`, stop: () => brokers.close() };
}
