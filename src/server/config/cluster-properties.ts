import { boolean, type ConfigKeys, int, long, string } from '../../base/config/config-key.ts';
import { atLeast, oneOf } from '../../base/config/config-range.ts';

/** Properties of a server among the others of its service. */
export const clusterProperties = {
  'ksql.internal.listener': string(
    null,
    'URL of a listener of its own for the other servers of the service, http://host:port or https://host:port; /heartbeat, ' +
      '/lag and what servers ask each other for are served there alone then',
  ),
  'ksql.internal.ssl.client.authentication': string(
    'NONE',
    'whether who connects to `ksql.internal.listener` must show a certificate: NONE, REQUESTED or REQUIRED, with which ' +
      'whoever does is a server of the service; REQUIRED needs `ksql.internal.listener` with https and `ssl.truststore.location`',
    oneOf('NONE', 'REQUESTED', 'REQUIRED'),
  ),
  'ksql.internal.basic.auth.user.info': {
    ...string(
      null,
      '`name:password` that the servers of the service show each other, the same for all of them; needed where users have ' +
        'to say who they are and servers show no certificates; a Millrace property',
    ),
    sensitive: true,
  },
  'ksql.heartbeat.enable': boolean(
    false,
    'servers of a service tell each other that they are alive: pull queries are not sent to those that are not, and ' +
      '/clusterStatus is served',
  ),
  'ksql.heartbeat.send.interval.ms': long(100, 'time between two heartbeats', atLeast(1)),
  'ksql.heartbeat.check.interval.ms': long(
    200,
    'how often a server decides which others are alive',
    atLeast(1),
  ),
  'ksql.heartbeat.window.ms': long(2_000, 'how far back heartbeats are looked at', atLeast(1)),
  'ksql.heartbeat.missed.threshold.ms': long(
    3,
    'so many heartbeats in a row that have not come make a server dead: a number, whatever its name says',
    atLeast(1),
  ),
  'ksql.heartbeat.discover.interval.ms': long(2_000, 'how often a server looks for new ones', atLeast(1)),
  'ksql.lag.reporting.enable': boolean(
    false,
    'servers of a service tell each other how far they have their state; with ksql.heartbeat.enable',
  ),
  'ksql.lag.reporting.send.interval.ms': long(5_000, 'time between two such reports', atLeast(1)),
  'ksql.fetch.remote.hosts.max.timeout.seconds': int(
    10,
    'how long SHOW QUERIES, EXPLAIN and DESCRIBE EXTENDED wait for each other server',
    atLeast(1),
  ),
} as const satisfies ConfigKeys;
