import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SqlServerClient, type StreamedRow } from '../../cli/shell/sql-server-client.ts';
import { messageOf } from '../../src/base/errors.ts';

const SESSION = { properties: {}, variables: {} };
const HEADER = '[{"header":{"queryId":"q","schema":"`A` INTEGER"}},\n';

let server: Server | undefined;

afterEach(() => {
  vi.useRealTimers();
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<SqlServerClient> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new SqlServerClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** A server that says the header of a query and then what the test makes it say. */
async function quietServer(
  begin: string,
): Promise<{ client: SqlServerClient; answer: Promise<ServerResponse> }> {
  let resolve: (answer: ServerResponse) => void = () => {};
  const answer = new Promise<ServerResponse>((done) => (resolve = done));
  const client = await serve((_, response) => {
    response.write(begin);
    resolve(response);
  });
  return { client, answer };
}

describe('the client of the SQL server', () => {
  it.each([
    {
      what: 'a push query',
      begin: HEADER,
      row: '{"row":{"columns":[null]}}]\n',
      open: (client: SqlServerClient) =>
        client.query('SELECT a FROM s EMIT CHANGES;', SESSION, new AbortController().signal),
    },
    {
      what: 'PRINT',
      begin: 'Key format: STRING\n',
      row: 'rowtime: 1\n',
      open: (client: SqlServerClient) => client.print("PRINT 't';", SESSION, new AbortController().signal),
    },
  ])('waits for $what as long as the server is quiet', async ({ begin, row, open }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'Date', 'performance'] });
    const { client, answer } = await quietServer(begin);
    const lines: AsyncGenerator<StreamedRow | string> = open(client);
    expect((await lines.next()).done).toBe(false);
    const next = lines.next();
    next.catch(() => {});
    // By the hour: whoever counts silence with a timer counts it now.
    for (let minute = 0; minute < 60; minute++) await vi.advanceTimersByTimeAsync(60_000);
    (await answer).end(row);
    expect((await next).value).toEqual(row.startsWith('{') ? { row: { columns: [null] } } : 'rowtime: 1');
  });

  it('says that a server is gone which closes its connection in the middle', async () => {
    const { client, answer } = await quietServer(HEADER);
    const rows = client.query('SELECT a FROM s EMIT CHANGES;', SESSION, new AbortController().signal);
    await rows.next();
    const next = rows.next().catch(messageOf);
    (await answer).destroy();
    expect(await next).toBe(
      `the SQL server at ${client.url} has gone away in the middle of its answer: its connection was closed`,
    );
  });

  it('ends its wait when its signal is aborted, and blames nobody', async () => {
    const { client } = await quietServer(HEADER);
    const abort = new AbortController();
    const rows = client.query('SELECT a FROM s EMIT CHANGES;', SESSION, abort.signal);
    await rows.next();
    const next = rows.next().catch(messageOf);
    abort.abort();
    expect(await next).not.toMatch(/gone away/);
  });

  it('keeps the characters that a chunk cuts in two', async () => {
    const bytes = Buffer.from('täglich €\n');
    const client = await serve((_, response) => {
      response.write(bytes.subarray(0, 2));
      // The rest in a packet of its own.
      setTimeout(() => response.end(bytes.subarray(2)), 20);
    });
    const lines = client.print("PRINT 't';", SESSION, new AbortController().signal);
    expect((await lines.next()).value).toBe('täglich €');
  });

  it.each([
    ['127.0.0.1:21011', 'http://127.0.0.1:21011'],
    ['localhost:8088', 'http://localhost:8088'],
    ['kafka://host:1', 'http://127.0.0.1:8088'],
    ['', 'http://127.0.0.1:8088'],
  ])('tells for %j how a URL is written', (text, meant) => {
    expect(() => new SqlServerClient(text)).toThrow(
      expect.objectContaining({
        diagnostic: {
          message: `${JSON.stringify(text)} is no URL of a SQL server`,
          hint: `write it as ${meant}`,
        },
      }),
    );
  });

  it('gives the reason where nobody listens, of each address', async () => {
    const client = await serve(() => {});
    server?.close();
    await expect(client.info()).rejects.toThrow(/^no SQL server answers at http:\S+: connect ECONNREFUSED/);
    const { port } = new URL(client.url);
    await expect(new SqlServerClient(`http://localhost:${port}`).info()).rejects.toThrow(/ECONNREFUSED/);
  });

  it('says who it is, at another server, too', async () => {
    const seen: (string | undefined)[] = [];
    const body = '{"KsqlServerInfo": {}}';
    const at = await serve(({ headers }, response) => {
      seen.push(headers.authorization);
      response.end(body);
    });
    for (const options of [{}, { user: 'ann', password: 'a:b' }, { user: 'ann' }, { token: 't' }]) {
      await new SqlServerClient(at.url, options).info();
      await new SqlServerClient('http://nowhere', options).at(at.url).info();
    }
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    const one = [undefined, basic('ann:a:b'), basic('ann:'), 'Bearer t'];
    expect(seen).toEqual(one.flatMap((each) => [each, each]));
  });

  it('knows a server by the authority that it is given, and shows its own certificate', async () => {
    const pem = (name: string): string =>
      readFileSync(new URL(`../server/security/certificates/${name}`, import.meta.url), 'utf8');
    const [ca, own, client] = [pem('ca.pem'), pem('server.pem'), pem('client.pem')];
    const tls = { key: own, cert: own, ca, requestCert: true };
    const secured = createHttpsServer(tls, (_request, response) =>
      response.end('{"KsqlServerInfo": {"version": "1"}}'),
    );
    secured.listen(0, '127.0.0.1');
    await once(secured, 'listening');
    const url = `https://127.0.0.1:${(secured.address() as AddressInfo).port}`;
    try {
      expect(await new SqlServerClient(url, { tls: { ca, cert: client } }).info()).toEqual({ version: '1' });
      await expect(new SqlServerClient(url, { tls: { cert: client } }).info()).rejects.toThrow(
        'no SQL server answers',
      );
      await expect(new SqlServerClient(url, { tls: { ca } }).info()).rejects.toThrow('no SQL server answers');
    } finally {
      secured.closeAllConnections();
      secured.close();
    }
  });
});
