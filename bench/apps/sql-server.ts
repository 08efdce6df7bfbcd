/** One more SQL server of a service, until it is stopped. Arguments: bootstrap servers, port, data folder. */
import { silentLogger } from '../../src/base/logger.ts';
import { SqlServer } from '../../src/server/index.ts';

const [bootstrapServers = '', port = '0', data = ''] = process.argv.slice(2);
const server = await SqlServer.start({
  bootstrapServers,
  listen: { host: '127.0.0.1', port: Number(port) },
  data,
  properties: { 'ksql.streams.auto.offset.reset': 'earliest' },
  logger: silentLogger,
});
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
