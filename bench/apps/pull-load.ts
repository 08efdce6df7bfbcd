/**
 * A broker and a SQL server in a process of their own that keep a table, and here clients that ask for its rows by key over HTTP, each
 * connection with one query at a time. Arguments: whom they ask (`here`: the server that has the rows; `forwarded`: another one of the
 * service, which asks it; `fixed`: a bare `node:http` in a process of its own that always answers the same), connections, queries. Prints queries per second,
 * the 99th percentile of what one takes in milliseconds, and the processor time of the servers for each in microseconds.
 */
import http from 'node:http';
import type net from 'node:net';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { appProcess } from '../harness/apps.ts';
import { HttpConnection, httpLoad, jsonPost } from '../harness/http-connection.ts';
import { load } from '../harness/inputs.ts';
import { start } from '../harness/processes.ts';
import { percentile } from '../harness/statistics.ts';
import { dataFolder, SqlProcess } from '../harness/sql-process.ts';

const [whom = 'here', connections = '32', queries = '100000'] = process.argv.slice(2);
const KEYS = 10_000;
const FIRST_KEY = 1_000;
const RECORDS = 100_000;
const WARM_UP = 5_000;
const ASK_EVERY_MS = 100;
const requests = Number(queries);

const requestOf = (index: number): string => {
  const key = FIRST_KEY + ((index * 7_919) % KEYS);
  return jsonPost(
    '/query-stream',
    JSON.stringify({ sql: `SELECT k, n, total FROM totals WHERE k = '${key}';` }),
  );
};

async function measure(port: number, processorSeconds: () => number): Promise<void> {
  const ask = (count: number) =>
    httpLoad(port, { connections: Number(connections), requests: count, requestOf });
  await ask(Math.min(requests, WARM_UP));
  const before = processorSeconds();
  const { seconds, latenciesMs } = await ask(requests);
  const processorUs = ((processorSeconds() - before) / requests) * 1e6;
  console.log(`{"requestsPerSecond":${(requests / seconds).toFixed(0)}}`);
  console.log(`{"p99Ms":${percentile(latenciesMs, 0.99).toFixed(3)}}`);
  console.log(`{"processorUs":${processorUs.toFixed(1)}}`);
}

/** Asks until there is an answer that is the one. */
async function until(port: number, request: string, isIt: (body: string) => boolean): Promise<void> {
  for (;;) {
    const connection = new HttpConnection(port);
    const body = await connection.ask(request).catch(() => '');
    connection.close();
    if (isIt(body)) return;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** The least that a server of HTTP in Node does for an answer; prints its port. */
function serveFixed(): void {
  const body =
    '{"queryId":"query_1","columnNames":["K","N","TOTAL"],"columnTypes":["STRING","BIGINT","BIGINT"]}\n["1000",10,50000]\n';
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/vnd.ksqlapi.delimited.v1' });
      response.end(body);
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as net.AddressInfo).port}`));
}

async function fixed(): Promise<void> {
  const server = start(process.execPath, [process.argv[1] ?? '', 'serve-fixed']);
  const [, listening] = await server.waitFor(/^port (\d+)$/m);
  await measure(Number(listening), () => server.processorSeconds());
  await server.stop('SIGKILL');
}

async function served(): Promise<void> {
  const [folder, otherFolder] = [dataFolder(), dataFolder()];
  const server = await SqlProcess.start(folder.data);
  await server.msUntilStarted(0);
  await load(server.bootstrap, { kind: 'bids', records: RECORDS, keys: KEYS }, 'bids');
  await server.run(`CREATE STREAM bids (k STRING KEY, auction BIGINT, price BIGINT) WITH (KAFKA_TOPIC='bids', VALUE_FORMAT='JSON');
    CREATE TABLE totals AS SELECT k, COUNT(*) AS n, SUM(price) AS total FROM bids GROUP BY k;`);
  const all = jsonPost('/query-stream', JSON.stringify({ sql: 'SELECT n FROM totals;' }));
  const counted = (body: string): number =>
    [...body.matchAll(/^\[(\d+)\]/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
  await until(server.port, all, (body) => counted(body) === RECORDS);
  if (whom === 'here') await measure(server.port, () => server.usage.processorSeconds());
  else {
    const [port = 0] = await freePorts(1);
    const other = appProcess('sql-server', [server.bootstrap, port, otherFolder.data]);
    await until(port, all, (body) => counted(body) === RECORDS);
    await measure(port, () => server.usage.processorSeconds() + other.processorSeconds());
    await other.stop('SIGTERM');
  }
  await server.stop();
  folder.remove();
  otherFolder.remove();
}

if (whom === 'serve-fixed') serveFixed();
else {
  await (whom === 'fixed' ? fixed() : served());
  process.exit(0);
}
