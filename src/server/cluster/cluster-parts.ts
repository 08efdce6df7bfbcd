import { hostname } from 'node:os';
import type { Address, Environment } from '../../base/environment.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { SqlEngine, StatementEntity } from '../../sql/index.ts';
import { hostInfoOf, hostName } from '../../streams/runtime/host-info.ts';
import { withoutUsers } from '../config/secrets.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import type { PullRequest } from '../rest/pull-reader.ts';
import { RequestProperty } from '../rest/request-properties.ts';
import { EntityGathering } from './gathered-entities.ts';
import { peerAuthorization, Peers } from '../security/peers.ts';
import { peerTlsOf } from '../security/tls-options.ts';
import { PeerClient } from './peer-client.ts';
import { PullRouting, type PullSettings } from './pull-routing.ts';
import { type ClusterSettings, ServiceCluster } from './service-cluster.ts';

/** What makes a server one of its service. */
export interface ClusterParts {
  readonly cluster: ServiceCluster;
  readonly pulls: PullRouting;
  readonly gathering: EntityGathering;
  /** Tells the other servers from clients. */
  readonly peers: Peers;
}

/** Makes what a server needs to ask the others, and to be asked by them. */
export function clusterParts(
  settings: ServerConfig,
  {
    engine,
    environment,
    scheme,
  }: {
    readonly engine: SqlEngine;
    readonly environment: Environment;
    /** Of the listener; absent: that of TLS where there is a keystore. */
    readonly scheme?: 'http' | 'https';
  },
): ClusterParts {
  const authorization = peerAuthorization(settings);
  const peers = new PeerClient({
    ...(authorization === undefined ? {} : { authorization }),
    ...(isSecure(settings, scheme) ? { tls: peerTlsOf(settings) } : {}),
  });
  const cluster = new ServiceCluster({
    ...{ engine, peers, environment },
    settings: clusterSettings(settings),
  });
  const self = (): string => cluster.self;
  const askTimeoutMs = 1_000 * settings.get('ksql.fetch.remote.hosts.max.timeout.seconds');
  return {
    cluster,
    peers: Peers.of(settings),
    pulls: new PullRouting({
      ...{ self, peers },
      settingsOf: (request) => pullSettings(settings, request),
      whyDead: (host) => cluster.whyDead(host),
      lagOf: (host, { query, place }) => {
        const hosts = [...(place.active === undefined ? [] : [place.active]), ...place.standbys];
        return cluster.lagOf(host, { ...query.keeper, partition: place.partition, hosts });
      },
    }),
    gathering: new EntityGathering({
      self,
      otherHosts: () => cluster.otherHosts(),
      ask: (host, statementText) => askStatement(peers, { host, statementText, timeoutMs: askTimeoutMs }),
    }),
  };
}

/**
 * `host:port` under which the other servers reach this one: that of the advertised listener, of the internal one, or of the one that it
 * listens on.
 * @param listening URLs of the listeners that are open.
 */
export function serverName(
  settings: ServerConfig,
  listening: { readonly url: string; readonly internalUrl?: string },
): string {
  const url = settings.find('ksql.advertised.listener') ?? listening.internalUrl ?? listening.url;
  const found = hostInfoOf(url.replace(/\/+$/, ''));
  if (found === undefined) return '';
  const isAnyAddress = found.host === '0.0.0.0' || found.host === '::';
  return hostName({ ...found, host: isAnyAddress ? hostname() : found.host });
}

/** Whether the others are asked over TLS: all servers of a service listen alike. */
function isSecure(settings: ServerConfig, scheme: 'http' | 'https' | undefined): boolean {
  const url = settings.find('ksql.advertised.listener') ?? settings.find('ksql.internal.listener');
  if (url !== undefined && url.includes('://')) return url.startsWith('https://');
  return scheme === undefined ? settings.find('ssl.keystore.location') !== undefined : scheme === 'https';
}

/** Reads the URL of a listener. @throws {DiagnosticError} for what is none. */
export function listenerAddress(property: string, url: string): Address {
  const found = /^https?:\/\//.test(url) ? hostInfoOf(url.replace(/\/+$/, '')) : undefined;
  if (found !== undefined) return found;
  throw new DiagnosticError({
    ...{ message: `${property} is not the URL of a listener`, detail: withoutUsers(url) },
    hint: 'write it as http://host:port or https://host:port',
  });
}

function clusterSettings(settings: ServerConfig): ClusterSettings {
  const isLagTold = settings.get('ksql.lag.reporting.enable');
  return {
    serviceId: settings.get('ksql.service.id'),
    heartbeats: settings.get('ksql.heartbeat.enable')
      ? {
          sendIntervalMs: settings.get('ksql.heartbeat.send.interval.ms'),
          checkIntervalMs: settings.get('ksql.heartbeat.check.interval.ms'),
          windowMs: settings.get('ksql.heartbeat.window.ms'),
          missedThreshold: settings.get('ksql.heartbeat.missed.threshold.ms'),
          discoverIntervalMs: settings.get('ksql.heartbeat.discover.interval.ms'),
        }
      : undefined,
    lagIntervalMs: isLagTold ? settings.get('ksql.lag.reporting.send.interval.ms') : undefined,
  };
}

/** What a session has set counts over what the server has. */
function pullSettings(settings: ServerConfig, { prepared: { session } }: PullRequest): PullSettings {
  const {
    'ksql.query.pull.enable.standby.reads': standbyReads,
    'ksql.query.pull.max.allowed.offset.lag': lag,
    'ksql.query.pull.forwarding.timeout.ms': timeoutMs,
  } = session.properties;
  return {
    standbyReads:
      standbyReads === undefined
        ? settings.get('ksql.query.pull.enable.standby.reads')
        : standbyReads === 'true',
    allowedOffsetLag:
      lag === undefined ? settings.get('ksql.query.pull.max.allowed.offset.lag') : Number(lag),
    forwardingTimeoutMs:
      timeoutMs === undefined ? settings.get('ksql.query.pull.forwarding.timeout.ms') : Number(timeoutMs),
  };
}

/** What another server answers to a statement that describes something; undefined where it does not, or refuses it. */
async function askStatement(
  peers: PeerClient,
  {
    host,
    statementText,
    timeoutMs,
  }: { readonly host: string; readonly statementText: string; readonly timeoutMs: number },
): Promise<StatementEntity | undefined> {
  const requestProperties = { [RequestProperty.INTERNAL]: true };
  const asked = { host, path: '/ksql', body: { ksql: statementText, requestProperties }, timeoutMs };
  try {
    const { status, body } = await peers.postForJson(asked);
    const entities: readonly unknown[] = status === 200 && Array.isArray(body) ? body : [];
    const [entity] = entities;
    return isEntity(entity) ? entity : undefined;
  } catch {
    return undefined;
  }
}

function isEntity(value: unknown): value is StatementEntity {
  return typeof value === 'object' && value !== null && '@type' in value && 'statementText' in value;
}
