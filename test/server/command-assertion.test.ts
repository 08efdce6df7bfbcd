import { afterEach, beforeEach, expect, it } from 'vitest';
import { AssertionFailure } from '../../src/base/errors.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin } from '../../src/client/index.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { CommandTopic } from '../../src/server/commands/command-topic.ts';
import { KafkaAbsence } from '../../src/server/commands/kafka-absence.ts';
import { brokerAndFolder } from '../streams/runtime/broker-and-folder.ts';

let around: Awaited<ReturnType<typeof brokerAndFolder>>;
beforeEach(async () => {
  around = await brokerAndFolder();
});
afterEach(() => around.close());

it('carries out nothing more on what a bug has left', async () => {
  const { bootstrapServers } = around;
  const failures: Error[] = [];
  const applied: string[] = [];
  const failure = new AssertionFailure('the catalog has lost a source');
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
  const commands = new CommandTopic({
    replicas: {},
    backup: undefined,
    planForeign: (recorded) => Promise.resolve(recorded),
    environment: nodeEnvironment,
    bootstrapServers,
    admin,
    topic: 'commands',
    logger: silentLogger,
    kafka: new KafkaAbsence({ bootstrapServers, timeoutMs: 10_000, failure: () => undefined }),
    skipDamage: false,
    progressFile: `${around.folder}/command-topic.json`,
    onRead: () => {},
    restore: async () => {},
    apply: async ({ statementText }) => {
      applied.push(statementText);
      if (statementText === 'buggy') throw failure;
      if (statementText === 'wrong') throw new Error('a mistake');
    },
    onSkipped: () => {},
    onFailure: (error) => failures.push(error),
  });
  await commands.open();
  const append = async (statementText: string): Promise<unknown> => {
    const { done } = await commands.append({
      id: statementText,
      statementText,
      plan: null,
      control: null,
      properties: {},
      plannedAtOffset: commands.plannedAtOffset,
    });
    return done;
  };
  await append('first');
  await expect(append('wrong')).rejects.toThrow('a mistake');
  await append('second');
  await expect(append('buggy')).rejects.toBe(failure);
  await expect(append('third')).rejects.toBe(failure);
  expect(applied).toEqual(['first', 'wrong', 'second', 'buggy']);
  expect(failures).toEqual([failure]);
  expect(failure.stopped).toBe('the carrying out of statements');
  await commands.close();
  await admin.close();
});
