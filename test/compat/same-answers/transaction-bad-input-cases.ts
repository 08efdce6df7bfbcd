import { BytesWriter } from '../../../src/base/bytes-writer.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { NetworkPeerChannels } from '../../../broker/server/network-peer-channels.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { endTxn } from '../../../src/protocol/messages/26-end-txn.ts';
import { describeTransactions } from '../../../src/protocol/messages/65-describe-transactions.ts';
import { type AnswerCase, conversation } from './answer-case.ts';
import type { Peer } from './peer.ts';
import { begun } from './transaction-log-cases.ts';
import { noteTopic } from './transaction-notes.ts';
import type { TransactionalProducer } from './transactional-producer.ts';

const ODD_IDS = {
  NUL: '\0',
  'a space': ' ',
  'a line break': 'a\nb',
  'an emoji': '\u{1f600}',
  'two forms of one letter': 'e\u0301\u00e9',
  'as long as it may be': 'x'.repeat(32_767),
};

const oddIds = conversation('transactional ids of every kind', [0, 2, 5], async (peer, version) => {
  for (const [what, id] of Object.entries(ODD_IDS)) {
    const transactionalId = `${id.slice(String(version).length)}${version}`;
    await peer.send(findCoordinator, 4, { keyType: 1, coordinatorKeys: [transactionalId] });
    for (const transactionTimeoutMs of [60_000, 0, -1, 2 ** 31 - 1, 60_000]) {
      const answer = await peer.send(initProducerId, version, { transactionalId, transactionTimeoutMs });
      const { errorCode, producerEpoch } = answer;
      peer.note(`${what}, ${transactionTimeoutMs} ms`, { errorCode, producerEpoch });
    }
    const { transactionStates } = await peer.send(describeTransactions, 0, {
      transactionalIds: [transactionalId],
    });
    peer.note(what, [transactionStates[0]?.errorCode, transactionStates[0]?.transactionState]);
  }
  await peer.ask(initProducerId, version, { transactionalId: '', transactionTimeoutMs: 60_000 });
});

/** InitProducerId v2 of an id that no encoder writes: too long, or no UTF-8. */
function rawInit(id: Buffer): Buffer {
  const writer = new BytesWriter();
  writer.int32(0);
  writer.int16(initProducerId.key);
  writer.int16(2);
  writer.int32(7);
  writer.int16(-1);
  writer.unsignedVarint(0);
  writer.unsignedVarint(id.length + 1);
  writer.raw(id);
  writer.int32(60_000);
  writer.unsignedVarint(0);
  writer.setInt32AtStart(writer.length - 4);
  return Buffer.concat(writer.finish());
}

/** Kafka tells of an id that is short on the wire and long in its log that it does not know what is wrong; ours hangs up. */
const longIds = conversation('transactional ids that are too long', [2], async (peer) => {
  const letters = (length: number): Buffer => Buffer.alloc(length, 'x');
  for (const length of [32_767, 32_768, 65_535, 70_000]) {
    const [answer] = await peer.askRaw(`${length} letters`, [rawInit(letters(length))], 1);
    peer.note('is answered', answer?.readInt16BE(9) ?? null);
  }
  await peer.askRaw('10922 bytes that are no text', [rawInit(Buffer.alloc(10_922, 0xff))], 1);
});

/** InitProducerId again and again, until the producer has an epoch; over one connection. */
async function raiseEpoch(peer: Peer, producer: TransactionalProducer, epoch: number): Promise<void> {
  const channels = new NetworkPeerChannels({
    environment: nodeEnvironment,
    clientId: 'epochs',
    requestTimeoutMs: 20_000,
    connectTimeoutMs: 2_000,
    responseBytesMax: 2 ** 20,
  });
  const channel = channels.to(0, peer.address);
  const { transactionalId } = producer;
  for (let reached = producer.producerEpoch; reached < epoch - 1; ) {
    const answer = await channel.send(initProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 });
    if (answer.errorCode !== 0 && answer.errorCode !== 51) throw new Error(`error ${answer.errorCode}`);
    if (answer.errorCode === 0) reached = answer.producerEpoch;
  }
  channels.close();
  await producer.init();
}

const lastEpochs = conversation('epochs that are used up', [11, 12], async (peer, version) => {
  const producer = await begun(peer, `epochs-${version}`);
  const isTv2 = version >= 12;
  const first = producer.producerId;
  await raiseEpoch(peer, producer, 32_764);
  for (let round = 0; round < 5; round++) {
    const before = { producerId: producer.producerId, producerEpoch: producer.producerEpoch };
    if (!isTv2) {
      // From here on each one has the next epoch, as with v12 each transaction.
      await producer.init();
      await producer.addPartition(0);
    }
    await producer.send(version, 0, [`round ${round}`]);
    await producer.end(round % 2 === 0, isTv2 ? 5 : 3);
    peer.note('the producer', { epoch: producer.producerEpoch, isFirst: producer.producerId === first });
    const { transactionalId } = producer;
    // The same once more, as if the answer had been lost.
    await peer.ask(endTxn, isTv2 ? 5 : 3, { transactionalId, ...before, committed: round % 2 === 0 });
    await producer.rest();
    // What was sent before is late.
    await producer.send(version, 0, ['late'], { ...before, baseSequence: 1 });
    const { transactionStates } = await peer.send(describeTransactions, 0, {
      transactionalIds: [transactionalId],
    });
    const [state] = transactionStates;
    peer.note('is', [state?.transactionState, state?.producerEpoch, state?.producerId === first]);
  }
  await noteTopic(peer, producer.topic, [0]);
  const last = { producerId: producer.producerId, producerEpoch: producer.producerEpoch };
  await producer.init(4, last);
  await producer.init(4, { producerId: first, producerEpoch: 32_766 });
});

export const transactionBadInputCases: readonly AnswerCase[] = [oddIds, longIds, lastEpochs];
