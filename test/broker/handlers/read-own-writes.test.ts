import { beforeEach, expect, test } from 'vitest';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Api, RequestInput, ResponseInput } from '../../../src/protocol/message.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { createPartitions } from '../../../src/protocol/messages/37-create-partitions.ts';
import { createTopicsHandler } from '../../../broker/handlers/19-create-topics.ts';
import { deleteTopicsHandler } from '../../../broker/handlers/20-delete-topics.ts';
import { createPartitionsHandler } from '../../../broker/handlers/37-create-partitions.ts';
import type { BrokerServices } from '../../../broker/handlers/broker-services.ts';
import { MetadataWaiters } from '../../../broker/lifecycle/metadata-waiters.ts';
import type { MetadataImage } from '../../../broker/metadata/metadata-image.ts';
import type { RequestContext } from '../../../broker/server/request-context.ts';
import type { AnyRequestHandler } from '../../../broker/server/request-handler.ts';
import type { SimulatedNode } from '../quorum/simulated-quorum.ts';
import { createOne, SimulatedControllers } from '../controller/simulated-controllers.ts';

/** So many changes that the answer of some overtakes the metadata: the network of the simulation delays as it likes. */
const ROUNDS = 20;

let cluster: SimulatedControllers;
let services: BrokerServices;
let image: () => MetadataImage;

/** A broker whose node does not lead the quorum. */
beforeEach(async () => {
  cluster = new SimulatedControllers(5);
  await cluster.start();
  const { leader, nodes } = cluster.quorum;
  const node = [...nodes.values()].find((other) => other !== leader) as SimulatedNode;
  const { loader } = cluster.brainOf(node);
  const waiters = new MetadataWaiters(cluster.quorum.environment(node).timers);
  loader.addPublisher(waiters);
  image = () => loader.image;
  services = {
    controller: cluster.channelOf(node),
    waiters,
    get image() {
      return loader.image;
    },
  } as Partial<BrokerServices> as BrokerServices;
});

/** What a handler answers, and what its broker knows by then. */
async function ask<A extends Api>(
  handler: AnyRequestHandler,
  api: A,
  request: RequestInput<A>,
): Promise<{ readonly response: ResponseInput<A>; readonly known: MetadataImage }> {
  const apiVersion = api.versions.max;
  const decoded = decodeStruct(api.request, apiVersion, encodeStruct(api.request, apiVersion, request));
  const answer = handler.answer?.(decoded, { apiVersion } as RequestContext) as Promise<ResponseInput<A>>;
  const answered = answer.then((response) => ({ response, known: image() }));
  await cluster.quorum.run(3000);
  return answered;
}

async function create(name: string) {
  const { response, known } = await ask(createTopicsHandler(services), createTopics, createOne(name));
  expect(response.topics?.[0]).toMatchObject({ name, errorCode: ErrorCode.NONE });
  return known;
}

test('a broker that has passed on a creation knows the topic before it answers', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const known = await create(`topic-${round}`);
    expect(known.topicsByName.has(`topic-${round}`)).toBe(true);
  }
});

test('a broker that has passed on a growth knows the partitions before it answers', async () => {
  await create('growing');
  for (let count = 2; count < ROUNDS; count++) {
    const { response, known } = await ask(createPartitionsHandler(services), createPartitions, {
      topics: [{ name: 'growing', count, assignments: [{ brokerIds: [1] }] }],
      timeoutMs: 3000,
    });
    expect(response.results?.[0]?.errorCode).toBe(ErrorCode.NONE);
    expect(known.topicsByName.get('growing')?.partitions.size).toBe(count);
  }
});

test('a broker that has passed on a deletion knows that the topic is gone before it answers', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    await create('topic');
    const { response, known } = await ask(deleteTopicsHandler(services), deleteTopics, {
      topics: [{ name: 'topic' }],
      timeoutMs: 3000,
    });
    expect(response.responses?.[0]?.errorCode).toBe(ErrorCode.NONE);
    expect(known.topicsByName.has('topic')).toBe(false);
  }
});

test('what is refused, or only validated, is not waited for', async () => {
  await create('topic');
  const waits: number[] = [];
  const watched = {
    ...services,
    image: image(),
    waiters: {
      until: (isMet: (now: MetadataImage) => boolean) => {
        if (!isMet(image())) waits.push(image().offset);
        return Promise.resolve(true);
      },
    },
  } as unknown as BrokerServices;
  const validated = { ...createOne('another'), validateOnly: true };
  const [refusal] =
    (await ask(createTopicsHandler(watched), createTopics, createOne('topic'))).response.topics ?? [];
  expect(refusal?.errorCode).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
  const [validation] =
    (await ask(createTopicsHandler(watched), createTopics, validated)).response.topics ?? [];
  expect(validation?.errorCode).toBe(ErrorCode.NONE);
  expect(waits).toEqual([]);
});
