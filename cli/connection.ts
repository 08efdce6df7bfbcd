import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { OperationalError } from '../src/base/errors.ts';
import { nodeEnvironment } from '../src/base/io/node-environment.ts';
import { parseAddresses } from '../src/client/index.ts';
import { withOptionRules } from './option-rules.ts';

/** What every command that speaks to a Kafka cluster takes. */
export interface ConnectionOptions {
  readonly bootstrap: string;
}

export function withConnection(command: Command): Command {
  command.addOption(
    new Option('-b, --bootstrap <host:port,...>', 'Kafka servers')
      .default('127.0.0.1:9092')
      .env('MILLRACE_BOOTSTRAP'),
  );
  return withOptionRules(command, { '--bootstrap': {} });
}

const CONNECT_TIMEOUT_MS = 3_000;
/** A broker that is just being started takes about a second until it listens. */
const PATIENCE_MS = 2_000;
const RETRY_MS = 200;

/**
 * Client options for a command, once a server is there: the user waits at a terminal, so a cluster that is not there is
 * said soon.
 *
 * @throws {OperationalError} `CLUSTER_UNREACHABLE` when nobody listens at any of the addresses, and goes on not to for
 * two seconds. A server that says nothing may only be slow: finding that out is left to the client.
 */
export async function clientOptions(options: ConnectionOptions) {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const absences = await whyAbsent(options.bootstrap);
    if (absences === undefined) break;
    if (performance.now() >= deadlineMs) throw unreachable(absences);
    await sleep(RETRY_MS);
  }
  return {
    environment: nodeEnvironment,
    bootstrapServers: options.bootstrap,
    clientId: 'millrace-cli',
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    requestTimeoutMs: 8_000,
    defaultApiTimeoutMs: 15_000,
  } as const;
}

const ABSENT: Readonly<Record<string, string>> = {
  CONNECTION_REFUSED: 'connection refused',
  HOST_NOT_FOUND: 'no such host',
};

/** Why none of the servers can be there, one reason each; undefined when one may be. */
async function whyAbsent(bootstrap: string): Promise<readonly string[] | undefined> {
  const absences = await Promise.all(
    parseAddresses(bootstrap).map(async ({ host, port }) => {
      try {
        const connection = await nodeEnvironment.network.connect({
          host,
          port,
          timeoutMs: CONNECT_TIMEOUT_MS,
        });
        connection.destroy();
      } catch (error) {
        const reason = error instanceof OperationalError ? ABSENT[error.code] : undefined;
        if (reason !== undefined) return `${host}:${port} (${reason})`;
      }
      return undefined;
    }),
  );
  const known = absences.filter((absence) => absence !== undefined);
  return known.length === absences.length ? known : undefined;
}

function unreachable(absences: readonly string[]): OperationalError {
  return new OperationalError(
    'CLUSTER_UNREACHABLE',
    `no Kafka server at ${absences.join(', ')}: start one with "millrace start", or name another with -b HOST:PORT`,
    { retriable: true },
  );
}
