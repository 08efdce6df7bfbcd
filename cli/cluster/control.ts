import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import { messageOf, OperationalError } from '../../src/base/errors.ts';

const CONTROL_FILE = 'cluster-control.json';
/** A request is one short line; what is longer is none. */
const REQUEST_BYTES_MAX = 4_096;
const REQUEST_MS_MAX = 10_000;

export type ControlAction = 'status' | 'stop' | 'start' | 'restart';

/** One broker, as `millrace cluster status` shows it. */
export interface BrokerStatus {
  readonly broker: number;
  readonly state: string;
  readonly pid: number | null;
  readonly kafka: string | null;
  readonly restarts: number;
}

/** What `millrace cluster` asks for. */
export interface ClusterRequest {
  readonly action: ControlAction;
  /** Of `start`, all that are stopped where none is named. */
  readonly broker?: number;
  /** Also where it takes the majority of the quorum. */
  readonly force?: boolean;
}

/** How all brokers are then, and what the user should know of it. */
export interface ClusterAnswer {
  readonly brokers: readonly BrokerStatus[];
  readonly notes: readonly string[];
}

type ControlHandler = (request: ClusterRequest) => Promise<ClusterAnswer>;

interface ControlRequest extends ClusterRequest {
  readonly token: string;
}

type ControlAnswer = ClusterAnswer | { readonly error: string };

/**
 * The door by which `millrace cluster` reaches the process that runs a cluster: a port of this machine, and a token that
 * only those know who may read the data folder. One line of JSON each way.
 */
export class ControlServer {
  readonly #server: net.Server;
  readonly #file: string;

  private constructor(server: net.Server, file: string) {
    this.#server = server;
    this.#file = file;
  }

  static async listen(data: string, handler: ControlHandler): Promise<ControlServer> {
    const token = randomBytes(24).toString('base64url');
    const server = net.createServer((socket) => serve(socket, { token, handler }));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as net.AddressInfo;
    const file = path.join(data, CONTROL_FILE);
    rmSync(file, { force: true });
    writeFileSync(file, `${JSON.stringify({ port, token, pid: process.pid })}\n`, { mode: 0o600 });
    return new ControlServer(server, file);
  }

  close(): void {
    rmSync(this.#file, { force: true });
    this.#server.close();
  }
}

function serve(
  socket: net.Socket,
  { token, handler }: { readonly token: string; readonly handler: ControlHandler },
): void {
  let received = '';
  const answer = (content: ControlAnswer): void => void socket.end(`${JSON.stringify(content)}\n`);
  socket.on('error', () => socket.destroy());
  socket.setTimeout(REQUEST_MS_MAX, () => {
    if (!received.includes('\n')) socket.destroy();
  });
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    if (received.includes('\n')) return;
    received += chunk;
    if (received.length > REQUEST_BYTES_MAX) return void socket.destroy();
    if (!received.includes('\n')) return;
    const request = parseRequest(received);
    if (request === undefined || !isEqual(request.token, token)) return void socket.destroy();
    const { token: _, ...asked } = request;
    handler(asked).then(answer, (error: unknown) => answer({ error: messageOf(error) }));
  });
}

function parseRequest(text: string): ControlRequest | undefined {
  try {
    const request: ControlRequest | null = JSON.parse(text);
    const { token, action } = request ?? {};
    return typeof token === 'string' && typeof action === 'string' && request !== null ? request : undefined;
  } catch {
    return undefined;
  }
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Asks the process that runs the cluster of a data folder.
 * @throws {OperationalError} `NOT_RUNNING` when none does, `FAILED` with what it said.
 */
export async function askCluster(data: string, request: ClusterRequest): Promise<ClusterAnswer> {
  const file = path.join(data, CONTROL_FILE);
  if (!existsSync(file)) throw notRunning(data);
  const { port, token }: { readonly port: number; readonly token: string } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const socket = net.connect(port, '127.0.0.1');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
  } catch {
    throw notRunning(data);
  }
  socket.write(`${JSON.stringify({ ...request, token })}\n`);
  for await (const line of readline.createInterface({ input: socket })) {
    const answer: ControlAnswer = JSON.parse(line);
    if ('brokers' in answer) return answer;
    throw new OperationalError('FAILED', answer.error, { retriable: false });
  }
  throw notRunning(data);
}

function notRunning(data: string): OperationalError {
  return new OperationalError(
    'NOT_RUNNING',
    `no cluster runs on ${data}; start one with millrace start --cluster 3, or name its folder with --data`,
    { retriable: true },
  );
}
