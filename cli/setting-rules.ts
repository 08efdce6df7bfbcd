import { DiagnosticError } from '../src/base/errors.ts';
import type { ProcessSettings } from '../src/server/config/index.ts';
import type { ProcessOptions } from './process-options.ts';

interface StartMode extends ProcessOptions {
  readonly sql: boolean;
  readonly cluster?: number;
}

/** Properties that say the same as options, which would win. */
const OPTIONS_OF = {
  'log.dirs': [
    ['data', '--data'],
    ['ephemeral', '--ephemeral'],
  ],
  listeners: [['kafkaPort', '--kafka-port']],
  'bootstrap.servers': [['kafka', '--kafka']],
} as const satisfies Record<string, readonly (readonly [keyof ProcessOptions, string])[]>;

/** What `--cluster` decides for each of its brokers. */
const OF_CLUSTER = ['listeners', 'node.id', 'controller.quorum.voters'] as const;

/**
 * @throws {DiagnosticError} for a property of `--set` that would be passed over: another option says the same, or
 * nothing is started that reads it. A file of settings may hold more than one process needs, except for a cluster to
 * use when this process is to start brokers of its own.
 */
export function refuseVainSettings(options: StartMode, settings: ProcessSettings): void {
  const { broker, server, httpListener } = settings;
  const configured = server.get('bootstrap.servers')?.value ?? '';
  const outside = options.kafka === undefined ? 'bootstrap.servers' : '--kafka';
  const hasOutside = options.kafka !== undefined || configured !== '';
  if (configured !== '') {
    const what = 'bootstrap.servers, which runs SQL on another cluster';
    if (options.cluster !== undefined) throw vain(what, '--cluster', 'leave one of them out');
    if (!options.sql) throw vain(what, '--no-sql', 'nothing would run: leave one of them out');
    if (options.kafkaPort !== undefined)
      throw vain(what, '--kafka-port', 'no broker is started that could have it');
  }
  for (const [name, pairs] of Object.entries(OPTIONS_OF)) {
    const isFlag = (broker.get(name) ?? server.get(name))?.source === 'flag';
    const option = pairs.find(([key]) => options[key] !== undefined)?.[1];
    if (isFlag && option !== undefined)
      throw vain(`the property ${name}`, option, 'both say the same: leave one of them out');
  }
  if (httpListener?.source === 'flag' && options.httpPort !== undefined)
    throw vain('a listener of http', '--http-port', 'both say the same: leave one of them out');
  const ofBroker = [...broker].filter(([, { source }]) => source === 'flag').map(([name]) => name);
  const ofServer = [...server].filter(([, { source }]) => source === 'flag').map(([name]) => name);
  const ofCluster = OF_CLUSTER.find((name) => ofBroker.includes(name));
  if (options.cluster !== undefined && ofCluster !== undefined) {
    throw vain(`the property ${ofCluster}`, '--cluster', '--cluster decides it for each broker');
  }
  if (!options.sql && ofServer[0] !== undefined) {
    throw vain(
      `the property ${ofServer[0]}`,
      '--no-sql',
      'it is one of the SQL server, which is not started',
    );
  }
  if (hasOutside && ofBroker[0] !== undefined) {
    throw vain(`the property ${ofBroker[0]}`, outside, 'it is one of the broker, which is not started here');
  }
}

function vain(what: string, option: string, hint: string): DiagnosticError {
  return new DiagnosticError({ message: `${what} cannot be used with ${option}`, hint });
}
