import { beforeEach, expect, test } from 'vitest';
import { AssertionFailure, OperationalError } from '../../../src/base/errors.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Api, RequestOf, ResponseInput } from '../../../src/protocol/message.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { ControllerChannel } from '../../../broker/controller/controller-channel.ts';
import { createOne, SimulatedControllers } from './simulated-controllers.ts';
import type { SimulatedNode } from '../quorum/simulated-quorum.ts';

let cluster: SimulatedControllers;

beforeEach(async () => {
  cluster = new SimulatedControllers(3);
  await cluster.start();
});

function channelOf(node: SimulatedNode): ControllerChannel {
  const brain = cluster.brains.get(node.id);
  if (brain === undefined) throw new AssertionFailure('the node has not started');
  return new ControllerChannel({
    environment: cluster.quorum.environment(node),
    quorum: {
      controller: brain.controller,
      raft: node.raft,
      get leader() {
        return brain.loader.leader;
      },
      answer: <A extends Api>(api: A, version: number, request: RequestOf<A>): Promise<ResponseInput<A>> =>
        brain.controller.answer(api, version, request),
    },
    peers: { to: (target) => cluster.quorum.channel(node, target) },
    addressOf: (id) => ({ host: 'node', port: id }),
  });
}

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
