import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../../broker/index.ts';
import { nodeEnvironment } from '../../src/client/index.ts';
import { describeContract } from './contract.case.ts';

describeContract(
  "Millrace's broker",
  async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'millrace-client-'));
    const broker = await Broker.start({
      environment: nodeEnvironment,
      config: {
        'node.id': 1,
        'log.dirs': directory,
        listeners: 'PLAINTEXT://127.0.0.1:0',
        'group.initial.rebalance.delay.ms': 0,
        'group.min.session.timeout.ms': 500,
        'transaction.abort.timed.out.transaction.cleanup.interval.ms': 200,
      },
    });
    return {
      bootstrapServers: `127.0.0.1:${broker.address.port}`,
      stop: async () => {
        await broker.close();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  },
  { hasTransactions: true, sessionMsMin: 500 },
);
