import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../../broker/index.ts';
import { nodeEnvironment } from '../base/io/node-environment.ts';
import { silentLogger } from '../base/logger.ts';
import type { CaseServer } from '../sql/index.ts';
import { SqlServer } from './sql-server.ts';

/** Starts a broker and a SQL server in this process for one REST case: free ports, and a folder that goes with them. */
export async function startCaseServer(properties: Readonly<Record<string, string>>): Promise<CaseServer> {
  const data = await mkdtemp(path.join(tmpdir(), 'millrace-case-'));
  const remove = (): Promise<void> => rm(data, { recursive: true, force: true });
  try {
    const broker = await Broker.start({
      environment: nodeEnvironment,
      config: {
        'log.dirs': path.join(data, 'kafka'),
        listeners: 'PLAINTEXT://127.0.0.1:0',
        'group.initial.rebalance.delay.ms': 0,
      },
    });
    const bootstrapServers = `127.0.0.1:${broker.address.port}`;
    const server = await SqlServer.start({
      bootstrapServers,
      listen: { host: '127.0.0.1', port: 0 },
      data,
      properties,
      logger: silentLogger,
      // It runs for one case: the start of a thread would take longer than that.
      queriesOn: 'this thread',
    }).catch(async (error: unknown) => {
      await broker.close();
      throw error;
    });
    const close = async (): Promise<void> => {
      await server.close();
      await broker.close();
      await remove();
    };
    return { url: server.url, bootstrapServers, close };
  } catch (error) {
    await remove();
    throw error;
  }
}
