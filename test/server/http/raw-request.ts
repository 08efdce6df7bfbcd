import net from 'node:net';
import http from 'node:http';
import http2 from 'node:http2';

export interface RawRequest {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of HTTP/2; absent: without TLS. */
  readonly tls?: http2.SecureClientSessionOptions;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Sends a request with exactly these headers, Host among them, which fetch would not send. */
export function overHttp1({ port, method, path, headers, body }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

export function overHttp2({ port, method, path, headers, body, tls }: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, tls);
    session.on('error', reject);
    const { host, ...others } = headers;
    const stream = session.request({
      ':method': method,
      ':path': path,
      ...(host === undefined ? {} : { ':authority': host }),
      ...others,
    });
    let text = '';
    let answer: http2.IncomingHttpHeaders = {};
    stream.setEncoding('utf8');
    stream.on('response', (got) => (answer = got));
    stream.on('data', (chunk: string) => (text += chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      resolve({ status: Number(answer[':status']), headers: answer, body: text });
    });
    stream.end(body);
  });
}

/** Resolves with what the server sent when the server has closed the connection. */
export function untilClosed(port: number, sent: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      for (const bytes of sent) socket.write(bytes);
    });
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET') reject(error);
    });
    socket.on('close', () => resolve(text));
  });
}
