import type { Address } from '../../src/base/environment.ts';
import { DiagnosticError } from '../../src/base/errors.ts';
import type { ListenerAddress } from '../server/socket-server.ts';
import type { BrokerConfig } from './broker-config.ts';
import { parseListeners, parseVoters, type Voter } from './listeners.ts';

/** Who and where a broker is, read from its configuration. */
export interface BrokerTopology {
  readonly nodeId: number;
  readonly dataDirectory: string;
  /** As configured: a data folder must have it. Undefined: the data folder's own, or a new one. */
  readonly clusterId: string | undefined;
  /** What a new data folder gets where none is configured. One that exists keeps its id when voters move. */
  readonly newClusterId: string | undefined;
  /** For clients and other brokers; at least one. */
  readonly listeners: readonly ListenerAddress[];
  /** For the metadata quorum; a single node needs none. */
  readonly controllerListener: ListenerAddress | undefined;
  readonly voters: readonly Voter[];
  /** What `advertised.listeners` says, by listener name. */
  readonly advertised: ReadonlyMap<string, Address>;
  /** The host under which other brokers reach a listener that is bound to `host`. */
  readonly reachableHost: (host: string) => string;
}

/** @throws {DiagnosticError} when the addresses do not fit together. */
export function brokerTopology(config: BrokerConfig): BrokerTopology {
  const nodeId = config.get('node.id');
  checkRoles(config.get('process.roles'));
  const all = parseListeners('listeners', config.get('listeners'));
  const controllerNames = new Set(config.get('controller.listener.names').map((name) => name.toUpperCase()));
  const listeners = all.filter(({ name }) => !controllerNames.has(name));
  if (listeners.length === 0) {
    throw new DiagnosticError({
      message: 'no listener for clients',
      hint: 'add one to listeners, for example PLAINTEXT://127.0.0.1:9092',
    });
  }
  const voters = parseVoters(config.get('controller.quorum.voters'));
  const self = voters.find(({ id }) => id === nodeId);
  if (voters.length > 0 && self === undefined) {
    throw new DiagnosticError({
      message: `node.id ${nodeId} is not among controller.quorum.voters`,
      hint: 'every Millrace process is a controller too: name this node in controller.quorum.voters',
    });
  }
  const advertised = parseListeners('advertised.listeners', config.get('advertised.listeners'));
  const clusterId = config.get('cluster.id') || undefined;
  const [dataDirectory] = config.get('log.dirs');
  return {
    nodeId,
    dataDirectory: dataDirectory ?? './data',
    clusterId,
    newClusterId: clusterIdOf(voters),
    listeners,
    controllerListener:
      all.find(({ name }) => controllerNames.has(name)) ??
      (self === undefined || voters.length < 2 ? undefined : { name: 'CONTROLLER', ...self.address }),
    voters: self === undefined ? [{ id: nodeId, address: { host: '127.0.0.1', port: 0 } }] : voters,
    advertised: new Map(advertised.map(({ name, host, port }) => [name, { host, port }])),
    reachableHost: (host) => (isWildcard(host) ? (self?.address.host ?? '127.0.0.1') : host),
  };
}

function checkRoles(roles: readonly string[]): void {
  if (roles.includes('broker') && roles.includes('controller')) return;
  throw new DiagnosticError({
    message: `unsupported process.roles ${roles.join(',')}`,
    detail: 'every Millrace process is broker and controller in one',
    hint: 'leave process.roles out, or set it to broker,controller',
  });
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '';
}

/**
 * Nodes that are started together for the first time must agree on a cluster id before they can talk. Without one in
 * the configuration it follows from what they all know: the voters. FNV-1a over their text fills the 16 bytes.
 */
function clusterIdOf(voters: readonly Voter[]): string | undefined {
  if (voters.length < 2) return undefined;
  const text = voters.map(({ id, address }) => `${id}@${address.host}:${address.port}`).join(',');
  const bytes = Buffer.alloc(16);
  let hash = 0x811c9dc5;
  for (let word = 0; word < 4; word++) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
    bytes.writeUInt32BE(hash, word * 4);
  }
  return bytes.toString('base64url');
}
