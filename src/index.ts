/// <reference types="node" preserve="true" />
/**
 * Millrace: a broker that speaks the Kafka protocol, a Kafka client, Streams and SQL.
 *
 * Each part has an entry of its own too: `millrace/broker`, `millrace/client`, `millrace/streams`, `millrace/testing`,
 * `millrace/sql`. The SQL engine is large, so this entry loads it when a SQL server is started.
 *
 * ```ts
 * import { Broker, Producer, startSqlServer } from 'millrace';
 *
 * const broker = await Broker.start({ config: { 'log.dirs': './data', listeners: 'PLAINTEXT://127.0.0.1:0' } });
 * const bootstrapServers = `127.0.0.1:${broker.address.port}`;
 * const producer = new Producer({ bootstrapServers });
 * await producer.sendAndWait({ topic: 'greetings', key: 'en', value: 'hello' });
 * const sql = await startSqlServer({ bootstrapServers, data: './data-sql' });
 * ```
 */
import { silentLogger } from './base/logger.ts';
import type { SqlServer, SqlServerOptions } from './server/index.ts';

export * from '../broker/index.ts';
export * from './client/index.ts';
export * from './streams/index.ts';
export * from './base/public-errors.ts';
export type { Environment } from './base/environment.ts';
export type { LogFields, Logger } from './base/logger.ts';
export type { SqlServer, SqlServerOptions };

/**
 * Starts SQL, with ksqlDB's REST API, on a Kafka cluster. Without `listen` it takes a free port of this machine; the URL
 * is that of the answer.
 * @throws {OperationalError} where the cluster does not answer or the port is taken.
 */
export async function startSqlServer(
  options: Pick<SqlServerOptions, 'bootstrapServers' | 'data'> & Partial<SqlServerOptions>,
): Promise<SqlServer> {
  const { SqlServer: Server } = await import('./server/index.ts');
  return Server.start({
    listen: { host: '127.0.0.1', port: 0 },
    properties: {},
    logger: silentLogger,
    ...options,
  });
}
