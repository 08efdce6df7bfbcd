import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../../broker/index.ts';
import { nodeEnvironment } from '../base/io/node-environment.ts';
import { Lifecycle } from '../base/lifecycle.ts';
import { silentLogger } from '../base/logger.ts';
import type { CaseServer } from '../sql/index.ts';
import { SqlServer } from './sql-server.ts';

/** Starts a broker and a SQL server in this process for one REST case: free ports, and a folder that goes with them. */
export async function startCaseServer(properties: Readonly<Record<string, string>>): Promise<CaseServer> {
  const { timers } = nodeEnvironment;
  const life = new Lifecycle('the case', { timers, logger: silentLogger, onCloseFailure: 'throw' });
  return life.begin(async () => {
    const data = await life.start({
      name: 'its folder',
      open: () => mkdtemp(path.join(tmpdir(), 'millrace-case-')),
      close: (folder) => rm(folder, { recursive: true, force: true }),
    });
    const broker = await life.start({
      name: 'its broker',
      open: () => startBroker(path.join(data, 'kafka')),
      close: (opened) => opened.close(),
    });
    const bootstrapServers = `127.0.0.1:${broker.address.port}`;
    const server = await life.start({
      name: 'its SQL server',
      open: () =>
        SqlServer.start({
          bootstrapServers,
          listen: { host: '127.0.0.1', port: 0 },
          data,
          properties,
          logger: silentLogger,
          // It runs for one case: the start of a thread would take longer than that.
          queriesOn: 'this thread',
        }),
      close: (opened) => opened.close(),
    });
    return { url: server.url, bootstrapServers, registry: server.registry, close: () => life.close() };
  });
}

const startBroker = (directory: string): Promise<Broker> =>
  Broker.start({
    environment: nodeEnvironment,
    config: {
      'log.dirs': directory,
      listeners: 'PLAINTEXT://127.0.0.1:0',
      'group.initial.rebalance.delay.ms': 0,
    },
  });
