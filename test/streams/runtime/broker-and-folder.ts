import { type BrokerConfigInput, TestBrokers } from '../../broker/running-broker.ts';

export interface BrokerAndFolder {
  readonly bootstrapServers: string;
  /** For the state of applications. */
  readonly folder: string;
  /** Stops the broker and removes the folder. */
  close(): Promise<void>;
}

/** What a test of an application needs around it. */
export async function brokerAndFolder(config: BrokerConfigInput = {}): Promise<BrokerAndFolder> {
  const brokers = new TestBrokers();
  const { host, port } = (await brokers.start(config)).address;
  return {
    bootstrapServers: `${host}:${port}`,
    folder: brokers.newDirectory(),
    close: () => brokers.close(),
  };
}
