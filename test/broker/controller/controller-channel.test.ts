import { beforeEach, describe, expect, test } from 'vitest';
import { AssertionFailure, OperationalError } from '../../../src/base/errors.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import type { RequestOf, ResponseOf } from '../../../src/protocol/message.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { ownCreations, ownDeletions } from '../../../broker/handlers/own-work.ts';
import { EMPTY_IMAGE, type MetadataImage } from '../../../broker/metadata/metadata-image.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import type { ControllerChannel } from '../../../broker/controller/controller-channel.ts';
import { createOne, SimulatedControllers } from './simulated-controllers.ts';
import type { SimulatedNode } from '../quorum/simulated-quorum.ts';

let cluster: SimulatedControllers;

beforeEach(async () => {
  cluster = new SimulatedControllers(3);
  await cluster.start();
});

const channelOf = (node: SimulatedNode): ControllerChannel => cluster.channelOf(node);

function leader(): SimulatedNode {
  const node = cluster.quorum.leader;
  if (node === undefined) throw new AssertionFailure('no leader');
  return node;
}

function follower(): SimulatedNode {
  const node = [...cluster.quorum.nodes.values()].find((other) => other.up && other !== leader());
  if (node === undefined) throw new AssertionFailure('no follower');
  return node;
}

test('reaches the controller in the same process and in another', async () => {
  const near = channelOf(leader()).send(createTopics, 7, createOne('near'));
  const far = channelOf(follower()).send(createTopics, 7, createOne('far'));
  await cluster.quorum.run(2000);
  expect((await near).topics[0]).toMatchObject({ name: 'near', errorCode: ErrorCode.NONE });
  expect((await far).topics[0]).toMatchObject({ name: 'far', errorCode: ErrorCode.NONE });
});

test('finds the next controller when the first one dies', async () => {
  const channel = channelOf(follower());
  cluster.quorum.crash(leader());
  const answer = channel.send(createTopics, 7, createOne('later'), { timeoutMs: 30_000 });
  await cluster.quorum.run(20_000);
  expect((await answer).topics[0]).toMatchObject({ name: 'later', errorCode: ErrorCode.NONE });
});

test('does not pass on what waited here for a controller until its time was over', async () => {
  const old = leader();
  const others = [...cluster.quorum.nodes.values()].filter((node) => node !== old);
  for (const { id } of others) {
    cluster.quorum.cut(old.id, id);
    cluster.quorum.cut(id, old.id);
  }
  const version = createTopics.versions.max;
  const encoded = encodeStruct(createTopics.request, version, createOne('ghost'));
  const request = decodeStruct(createTopics.request, version, encoded);
  const answer = channelOf(old)
    .forward(createTopics, version, request, { timeoutMs: 10_000 })
    .catch((error: unknown) => error);
  await cluster.quorum.run(10_500);
  // The client has long gone away when this one hears of the next controller.
  cluster.quorum.heal();
  await cluster.quorum.run(20_000);
  expect(leader()).not.toBe(old);
  expect(await answer).toMatchObject({ code: 'TIMED_OUT' });
  expect(cluster.active?.loader.image.topicsByName.has('ghost')).toBe(false);
});

test('gives up when there is no controller, and when it is closed', async () => {
  const old = leader();
  const node = follower();
  const channel = channelOf(node);
  for (const other of cluster.quorum.nodes.values()) if (other !== node) cluster.quorum.crash(other);
  expect(old.up).toBe(false);
  const answer = channel
    .send(createTopics, 7, createOne('never'), { timeoutMs: 3000 })
    .catch((error: unknown) => error);
  await cluster.quorum.run(10_000);
  expect(await answer).toMatchObject({ code: 'TIMED_OUT', retriable: true });
  channel.close();
  await expect(channel.send(createTopics, 7, createOne('closed'))).rejects.toBeInstanceOf(OperationalError);
});

test('hands errors of the request through', async () => {
  const first = channelOf(follower()).send(createTopics, 7, createOne('twice'));
  await cluster.quorum.run(1000);
  await first;
  const second = channelOf(follower()).send(createTopics, 7, createOne('twice'));
  await cluster.quorum.run(1000);
  expect((await second).topics[0]?.errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
});

describe('a request that was done before its controller fell', () => {
  let asker: SimulatedNode;
  let channel: ControllerChannel;

  beforeEach(() => {
    asker = follower();
    channel = channelOf(asker);
  });

  const image = (): MetadataImage => cluster.brains.get(asker.id)?.loader.image ?? EMPTY_IMAGE;

  /** Lets the controller do what it was asked, and fall before its answer arrives. */
  async function failOver<T>(answer: Promise<T>): Promise<T> {
    const old = leader();
    const endOffset = old.raft.logEndOffset;
    while (old.raft.logEndOffset === endOffset) await cluster.quorum.run(1);
    cluster.quorum.cut(old.id, asker.id);
    await cluster.quorum.run(500);
    cluster.quorum.crash(old);
    cluster.quorum.heal();
    await cluster.quorum.run(30_000);
    await cluster.quorum.start(old);
    await cluster.quorum.run(5000);
    return answer;
  }

  async function create(name: string): Promise<ResponseOf<typeof createTopics>> {
    const request = { ...createOne(name), validateOnly: false };
    const before = image();
    return failOver(
      channel.send(createTopics, 7, request, {
        timeoutMs: 60_000,
        afterRetry: (response) => {
          expect(response.topics[0]?.errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
          const decoded = decodeStruct(
            createTopics.request,
            7,
            encodeStruct(createTopics.request, 7, request),
          ) as RequestOf<typeof createTopics>;
          return ownCreations(decoded, response, { before, after: image() });
        },
      }),
    );
  }

  test('is answered as done: a creation', async () => {
    const created = await create('orders');
    expect(created.topics[0]).toMatchObject({
      errorCode: ErrorCode.NONE,
      topicId: image().topicsByName.get('orders')?.id,
      numPartitions: 1,
      replicationFactor: 1,
    });
  });

  test('is answered as done: a deletion', async () => {
    await create('orders');
    asker = follower();
    channel = channelOf(asker);
    const before = image();
    const request = { topics: [{ name: 'orders' }], timeoutMs: 60_000 };
    const deleted = await failOver(
      channel.send(deleteTopics, 6, request, {
        timeoutMs: 60_000,
        afterRetry: (response) => {
          expect(response.responses[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
          return ownDeletions(response, { before, after: image() });
        },
      }),
    );
    expect(deleted.responses[0]).toMatchObject({
      errorCode: ErrorCode.NONE,
      topicId: before.topicsByName.get('orders')?.id,
    });
  });
});

test('what was there before, or is not as it was asked for, is no work of the request', async () => {
  const first = channelOf(leader()).send(createTopics, 7, createOne('orders'));
  await cluster.quorum.run(2000);
  const response = { ...(await first) };
  const after = cluster.active?.loader.image ?? EMPTY_IMAGE;
  const refused = {
    ...response,
    topics: response.topics.map((topic) => ({ ...topic, errorCode: ErrorCode.TOPIC_ALREADY_EXISTS })),
  };
  const [wanted] = createOne('orders').topics ?? [];
  const request = (numPartitions: number) =>
    ({
      topics: [{ configs: [], ...wanted, assignments: [], replicationFactor: -1, numPartitions }],
      timeoutMs: 0,
      validateOnly: false,
    }) as unknown as RequestOf<typeof createTopics>;
  const code = (before: MetadataImage, numPartitions: number) =>
    ownCreations(request(numPartitions), refused, { before, after }).topics[0]?.errorCode;
  expect(code(EMPTY_IMAGE, 1)).toBe(ErrorCode.NONE);
  expect(code(EMPTY_IMAGE, 2)).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
  expect(code(after, 1)).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
});
