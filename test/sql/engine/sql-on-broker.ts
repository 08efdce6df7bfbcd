import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { KafkaHost, type RecordedStatement, SqlEngine } from '../../../src/sql/index.ts';
import { emptySession, type Session } from '../../../src/sql/statements/session.ts';

export interface SqlOnBroker {
  readonly engine: SqlEngine;
  /** Runs statements one after the other; answers those that a server would record. */
  run(script: string): Promise<readonly RecordedStatement[]>;
  close(): Promise<void>;
}

const session: Session = { ...emptySession, properties: { 'auto.offset.reset': 'earliest' } };

/** An engine on a Kafka cluster, whose queries are tried again soon when they fail. */
export function sqlOnBroker(
  bootstrapServers: string,
  { stateDir, serviceId }: { readonly stateDir: string; readonly serviceId: string },
): SqlOnBroker {
  const host = new KafkaHost({
    environment: nodeEnvironment,
    bootstrapServers,
    stateDir,
    serviceId,
    commitIntervalMs: 100,
    restartBackoff: { initialMs: 100, maxMs: 400 },
  });
  const engine = new SqlEngine({ host, functions: builtInRegistry() });
  return {
    engine,
    async run(script) {
      const recorded: RecordedStatement[] = [];
      for (const prepared of await engine.prepare(script, session)) {
        const result = await engine.execute(prepared);
        if (result.kind === 'ddl') recorded.push({ kind: 'plan', plan: result.plan, session });
      }
      return recorded;
    },
    async close() {
      await engine.close();
      await host.close();
    },
  };
}
