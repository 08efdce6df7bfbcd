import type { Command } from 'commander';

/** All subcommands, each in a file of its own, loaded when it is wanted. `--help` lists them in this order. */
export const commands = {
  start: async () => (await import('./start.ts')).startCommand(),
  cluster: async () => (await import('./cluster.ts')).clusterCommand(),
  demo: async () => (await import('./demo.ts')).demoCommand(),
  sql: async () => (await import('./sql.ts')).sqlCommand(),
  'sql-server': async () => (await import('./sql-server.ts')).sqlServerCommand(),
  topic: async () => (await import('./topic.ts')).topicCommand(),
  produce: async () => (await import('./produce.ts')).produceCommand(),
  consume: async () => (await import('./consume.ts')).consumeCommand(),
  group: async () => (await import('./group.ts')).groupCommand(),
  transaction: async () => (await import('./transaction.ts')).transactionCommand(),
  config: async () => (await import('./config.ts')).configCommand(),
  test: async () => (await import('./test.ts')).testCommand(),
} as const satisfies Record<string, () => Promise<Command>>;
