import { describe, expect, it } from 'vitest';
import { OperationalError } from '../../src/base/errors.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { KafkaAbsence } from '../../src/server/commands/kafka-absence.ts';
import { SkippedCommands } from '../../src/server/commands/skipped-commands.ts';
import { SessionRules } from '../../src/server/rest/session-rules.ts';
import { StatementExecutor } from '../../src/server/rest/statement-executor.ts';
import { builtInRegistry, emptySession, SqlEngine } from '../../src/sql/index.ts';
import { CaseHost } from '../../src/sql/testing/case-host.ts';

/** What becomes of the topic that was made for a statement, by how the recording of the statement ends. */

const create = (name: string, topic: string): string =>
  `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON', PARTITIONS=1);`;

const final = new OperationalError('REFUSED', 'the command topic said no', { retriable: false });
const passing = new OperationalError('LATE', 'no answer has come', { retriable: true });
const bug = new Error('something of our own');

interface Recording {
  readonly isRecorded: boolean;
  readonly error: Error;
  /** Run while the statement is being recorded. */
  readonly meanwhile?: string;
}

async function topicsAfter(
  script: string,
  { isRecorded, error, meanwhile = '' }: Recording,
): Promise<{ readonly message: string; readonly topics: readonly string[] }> {
  const host = new CaseHost();
  const engine = new SqlEngine({ host, functions: builtInRegistry() });
  const run = async (text: string): Promise<void> => {
    for (const prepared of await engine.prepare(text)) await engine.execute(prepared);
  };
  await run(create('base', 'base'));
  const executor = new StatementExecutor(engine, {
    rules: new SessionRules([]),
    catchUpMsMax: 5_000,
    closePush: () => false,
    commands: () => ({
      plannedAtOffset: 1,
      async append(_, onRecorded) {
        if (isRecorded) onRecorded?.();
        await run(meanwhile);
        throw error;
      },
    }),
    kafka: new KafkaAbsence({ bootstrapServers: 'a:1', timeoutMs: 15_000, failure: () => undefined }),
    skipped: new SkippedCommands(silentLogger),
    environment: nodeEnvironment,
  });
  const message = await executor.execute(script, emptySession).then(
    () => 'done',
    (thrown: unknown) => String(thrown),
  );
  return { message, topics: [...host.topics.facts.keys()].filter((name) => name !== 'base') };
}

const stays = 'was made for the statement, and stays';

describe.each([
  ['declares', create('late', 'made')],
  ['makes', "CREATE STREAM late WITH (KAFKA_TOPIC='made') AS SELECT * FROM base;"],
])('the topic of a statement that %s a stream', (_, script) => {
  it('is taken back where the statement was refused', async () => {
    const { message, topics } = await topicsAfter(script, { isRecorded: false, error: final });
    expect(topics).toEqual([]);
    expect(message).not.toContain(stays);
  });

  it.each([passing, bug])('stays where the statement may be recorded after all: $message', async (error) => {
    const { message, topics } = await topicsAfter(script, { isRecorded: false, error });
    expect(topics).toEqual(['made']);
    expect(message.includes(stays)).toBe(error === passing);
  });

  it.each([final, passing, bug])(
    'is the one of a statement that is recorded, however it ends: $message',
    async (error) => {
      const { message, topics } = await topicsAfter(script, { isRecorded: true, error });
      expect(topics).toEqual(['made']);
      expect(message).not.toContain(stays);
    },
  );

  it.each([
    create('other', 'made'),
    `CREATE TABLE other (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='made', VALUE_FORMAT='JSON');`,
    "CREATE STREAM other WITH (KAFKA_TOPIC='made') AS SELECT * FROM base;",
  ])('stays where another one has it meanwhile: %s', async (meanwhile) => {
    const { message, topics } = await topicsAfter(script, { isRecorded: false, error: final, meanwhile });
    expect(topics).toEqual(['made']);
    expect(message).toContain(`the topic made ${stays}`);
  });

  it('is taken back where the other one has gone again', async () => {
    const meanwhile = `${create('other', 'made')} DROP STREAM other;`;
    const { topics } = await topicsAfter(script, { isRecorded: false, error: final, meanwhile });
    expect(topics).toEqual([]);
  });
});
