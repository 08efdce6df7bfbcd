import { afterAll, beforeAll, describe } from 'vitest';
import { adminContract } from './contract/admin.case.ts';
import type { ClusterUnderTest } from './contract/clients.ts';
import { consumeContract } from './contract/consume.case.ts';
import { fencedWriterContract } from './contract/fenced-writer.case.ts';
import { groupContract } from './contract/group.case.ts';
import { leftOutRecordsContract } from './contract/left-out-records.case.ts';
import { produceContract } from './contract/produce.case.ts';
import { transactionalProducerContract } from './contract/transactional-producer.case.ts';
import { transactionsContract } from './contract/transactions.case.ts';

/** The client's contract, checked against one cluster: the same suite for Millrace's broker and for Apache Kafka. */
export function describeContract(
  name: string,
  start: () => Promise<ClusterUnderTest>,
  options: {
    readonly hasTransactions: boolean;
    /** The shortest session that the cluster allows. */
    readonly sessionMsMin: number;
  },
): void {
  describe(`the client against ${name}`, () => {
    let cluster: ClusterUnderTest | undefined;
    beforeAll(async () => {
      cluster = await start();
    });
    afterAll(() => cluster?.stop());

    const bootstrapServers = (): string => cluster?.bootstrapServers ?? '';
    produceContract(bootstrapServers);
    consumeContract(bootstrapServers);
    groupContract(bootstrapServers, options.sessionMsMin);
    adminContract(bootstrapServers);
    if (options.hasTransactions) {
      fencedWriterContract(bootstrapServers);
      transactionsContract(bootstrapServers);
      transactionalProducerContract(bootstrapServers, options.sessionMsMin);
      leftOutRecordsContract(bootstrapServers);
    }
  });
}
