import { Broker } from '../../broker/broker.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';

const config = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const broker = await Broker.start({ environment: nodeEnvironment, config });
process.once('SIGTERM', () => void broker.close().then(() => process.exit(0)));
console.log(JSON.stringify(broker.address));
