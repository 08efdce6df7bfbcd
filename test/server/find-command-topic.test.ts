import { expect, it } from 'vitest';
import { OperationalError } from '../../src/base/errors.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { NewTopic } from '../../src/client/index.ts';
import { findCommandTopic } from '../../src/server/commands/find-command-topic.ts';

const { timers } = nodeEnvironment;
const refused = (code: string): OperationalError => new OperationalError(code, code, { retriable: false });

/** A cluster that refuses to make a topic so many times. */
function clusterThatRefuses(times: number, code: string) {
  const made: string[] = [];
  let refusals = 0;
  return {
    get refusals() {
      return refusals;
    },
    listTopics: () =>
      Promise.resolve(
        made.map((name) => ({ name, topicId: `id of ${name}`, internal: true, partitionCount: 1 })),
      ),
    createTopics([topic]: readonly NewTopic[]): Promise<void> {
      if (refusals++ < times) return Promise.reject(refused(code));
      made.push(topic?.name ?? '');
      return Promise.resolve();
    },
  };
}

it('makes the topic as soon as there are brokers for it', async () => {
  const admin = clusterThatRefuses(2, 'INVALID_REPLICATION_FACTOR');
  const { signal } = new AbortController();
  const found = await findCommandTopic({
    admin: admin,
    topic: 'commands',
    timers,
    logger: silentLogger,
    signal,
  });
  expect([found, admin.refusals]).toEqual(['id of commands', 3]);
});

it('says at once what will not pass, and ends with the server', async () => {
  const forbidden = clusterThatRefuses(1, 'TOPIC_AUTHORIZATION_FAILED');
  const search = { topic: 'commands', timers, logger: silentLogger };
  const { signal } = new AbortController();
  await expect(findCommandTopic({ ...search, admin: forbidden, signal })).rejects.toThrow(
    'TOPIC_AUTHORIZATION_FAILED',
  );
  const ending = new AbortController();
  const admin = clusterThatRefuses(1_000, 'INVALID_REPLICATION_FACTOR');
  const searching = findCommandTopic({ ...search, admin: admin, signal: ending.signal });
  ending.abort(refused('CLOSED'));
  await expect(searching).rejects.toThrow('CLOSED');
});

it('takes the topic that another server of the service has made meanwhile', async () => {
  const looks: unknown[] = [];
  const admin = {
    listTopics: () => {
      const there = looks.push('looked') > 1;
      const topic = { name: 'commands', topicId: 'of the other', internal: true, partitionCount: 1 };
      return Promise.resolve(there ? [topic] : []);
    },
    createTopics: () => Promise.reject(refused('TOPIC_ALREADY_EXISTS')),
  };
  const { signal } = new AbortController();
  const search = { admin, topic: 'commands', timers, logger: silentLogger, signal };
  expect(await findCommandTopic(search)).toBe('of the other');
});
