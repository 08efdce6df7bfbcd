import { type Command, Option } from 'commander';
import { nodeEnvironment } from '../src/base/io/node-environment.ts';

/** What every command that speaks to a Kafka cluster takes. */
export interface ConnectionOptions {
  readonly bootstrap: string;
}

export function withConnection(command: Command): Command {
  return command.addOption(
    new Option('-b, --bootstrap <host:port,...>', 'Kafka servers')
      .default('127.0.0.1:9092')
      .env('MILLRACE_BOOTSTRAP'),
  );
}

/** Client options for a command: the user waits at a terminal, so a cluster that is not there is said soon. */
export function clientOptions(options: ConnectionOptions) {
  return {
    environment: nodeEnvironment,
    bootstrapServers: options.bootstrap,
    clientId: 'millrace-cli',
    connectTimeoutMs: 3_000,
    requestTimeoutMs: 8_000,
    defaultApiTimeoutMs: 15_000,
  } as const;
}
