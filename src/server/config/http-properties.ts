import { type ConfigKeys, int, list, long, string } from '../../base/config/config-key.ts';
import { atLeast } from '../../base/config/config-range.ts';

/** What ksqlDB's settings have as "no limit". */
export const UNLIMITED = 2_147_483_647;

/** Properties of the HTTP listener: who may use it, and what a client may take of it. */
export const httpProperties = {
  'ksql.max.push.queries': int(100, 'push queries and PRINTs at a time', atLeast(0)),
  'ksql.query.pull.max.qps': int(UNLIMITED, 'pull queries that begin in a second', atLeast(1)),
  'ksql.query.pull.max.concurrent.requests': int(UNLIMITED, 'pull queries at a time', atLeast(0)),
  'ksql.query.pull.max.hourly.bandwidth.megabytes': int(
    UNLIMITED,
    'megabytes of rows that pull queries may be answered in an hour; a query that comes behind them is refused',
    atLeast(0),
  ),
  'ksql.query.push.v2.max.catchup.consumers': int(
    5,
    'scalable push queries that are continued, and read what came meanwhile, at a time and stream thread; more are refused',
    atLeast(0),
  ),
  'ksql.query.push.v2.max.hourly.bandwidth.megabytes': int(
    UNLIMITED,
    'the same of scalable push queries',
    atLeast(0),
  ),
  'ksql.server.command.response.timeout.ms': long(
    5_000,
    'how long a statement waits for the command whose number its client has sent',
    atLeast(0),
  ),
  'ksql.query.push.waiting.bytes.max': int(
    16_777_216,
    'bytes of rows that may wait for the client of one push query; a slow client holds its query up before that',
    atLeast(1),
  ),
  'access.control.allow.origin': list(
    '',
    'origins whose pages may use this server from a browser, such as `https://tools.example.com`; `*` allows all',
  ),
  'access.control.allow.methods': list('GET,POST,HEAD', 'methods that pages of allowed origins may use'),
  'access.control.allow.headers': list(
    'X-Requested-With,Content-Type,Accept,Origin,Authorization',
    'headers that pages of allowed origins may send',
  ),
  'ksql.advertised.listener': string(
    null,
    'URL under which clients reach this server, through a proxy for example',
  ),
  'ksql.http.allowed.hosts': list(
    '',
    'host names under which this server may be addressed, besides `localhost`, IP addresses, the name of the machine ' +
      'and that of `ksql.advertised.listener`; `.example.com` is all names below a domain, `*` any name',
  ),
  'ksql.http.connections.max': int(1_000, 'HTTP connections at a time', atLeast(1)),
  'ksql.http.request.timeout.ms': int(
    60_000,
    'time that a client has for a whole request, from the connection to the last byte of the body',
    atLeast(1),
  ),
  'ksql.http.idle.timeout.ms': int(60_000, 'time that a connection stays open between requests', atLeast(1)),
  'ksql.http.stall.timeout.ms': int(
    60_000,
    'time that a client may take nothing of an answer that waits for it, before it is cut off',
    atLeast(1),
  ),
  'ksql.http.requests.bytes.max': int(
    67_108_864,
    'bytes of the bodies of all requests that are read or in work; what does not fit is refused with 503',
    atLeast(1),
  ),
  'ksql.http.request.bytes.max': int(10_485_760, 'bytes of the body of a request', atLeast(1)),
} as const satisfies ConfigKeys;
