import { describe, expect, it } from 'vitest';
import { NetworkBrokerRequests } from '../../../broker/server/network-broker-requests.ts';
import type { PeerChannel, PeerChannels } from '../../../broker/server/peer-channel.ts';
import { type AnyRequestHandler, anyHandler } from '../../../broker/server/request-handler.ts';
import { AssertionFailure, OperationalError } from '../../../src/base/errors.ts';
import type { Address } from '../../../src/base/environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Api, RequestOf } from '../../../src/protocol/message.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';

/** Lines that answer every heartbeat with the port that they lead to, and fail once they are closed. */
class RecordedLines implements PeerChannels {
  readonly opened: string[] = [];
  hold = false;

  to(nodeId: number, { host, port }: Address): PeerChannel {
    this.opened.push(`${nodeId} at ${host}:${port}`);
    let close: (error: unknown) => void = () => {};
    const closed = new Promise<never>((_, reject) => (close = reject));
    closed.catch(() => {});
    return {
      send: (api, version) => (this.hold ? closed : Promise.resolve(answerOf(api, version, port))),
      close: () => close(new OperationalError('CLOSED', 'channel closed', { retriable: false })),
    };
  }
}

function answerOf<A extends Api>(_api: A, _version: number, port: number): never {
  return { throttleTimeMs: 0, errorCode: port } as never;
}

const BEAT = { groupId: 'g', generationId: 7, memberId: 'm' };

function requests(handlers: readonly AnyRequestHandler[] = []): {
  sender: NetworkBrokerRequests;
  lines: RecordedLines;
  addresses: Map<number, Address>;
  stopped: unknown[];
} {
  const lines = new RecordedLines();
  const addresses = new Map([[2, { host: 'b', port: 12 }]]);
  const stopped: unknown[] = [];
  const sender = new NetworkBrokerRequests({
    logger: silentLogger,
    nodeId: 1,
    peers: lines,
    addressOf: (nodeId) => addresses.get(nodeId),
    listener: 'PLAINTEXT',
    handlers: () => new Map(handlers.map((handler) => [handler.api.key, handler])),
    onAssertion: (failure) => stopped.push(failure),
  });
  return { sender, lines, addresses, stopped };
}

describe('NetworkBrokerRequests', () => {
  it('opens one line to a broker, and another one when it has moved', async () => {
    const { sender, lines, addresses } = requests();
    expect((await sender.send(2, heartbeat, 4, BEAT)).errorCode).toBe(12);
    expect((await sender.send(2, heartbeat, 4, BEAT)).errorCode).toBe(12);
    lines.hold = true;
    const lost = sender.send(2, heartbeat, 4, BEAT);
    addresses.set(2, { host: 'b', port: 13 });
    lines.hold = false;
    expect((await sender.send(2, heartbeat, 4, BEAT)).errorCode).toBe(13);
    await expect(lost).rejects.toMatchObject({ code: 'DISCONNECTED', retriable: true });
    expect(lines.opened).toEqual(['2 at b:12', '2 at b:13']);
  });

  it('says that it has sent nothing to a broker that nobody knows', async () => {
    const { sender } = requests();
    await expect(sender.send(3, heartbeat, 4, BEAT)).rejects.toMatchObject({ code: 'UNKNOWN_BROKER' });
  });

  it('fails whatever waits when it is closed, and all that comes later', async () => {
    const { sender, lines } = requests();
    lines.hold = true;
    const waiting = sender.send(2, heartbeat, 4, BEAT);
    sender.close();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(sender.send(1, heartbeat, 4, BEAT)).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('gives a request to itself to the handler, in the form of the wire', async () => {
    const seen: RequestOf<typeof heartbeat>[] = [];
    const handler = anyHandler<typeof heartbeat>({
      api: heartbeat,
      answer(request, { apiVersion, clientId, listener }) {
        seen.push(request);
        expect([apiVersion, clientId, listener]).toEqual([3, 'broker-1', 'PLAINTEXT']);
        return Promise.resolve({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
      },
    });
    const { sender, lines } = requests([handler]);
    const answer = await sender.send(1, heartbeat, 3, BEAT);
    // What neither of them has said has its default.
    expect(answer).toEqual({ throttleTimeMs: 0, errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
    expect(seen).toEqual([{ ...BEAT, groupInstanceId: null }]);
    expect(lines.opened).toEqual([]);
    await expect(sender.send(1, findCoordinator, 4, {})).rejects.toMatchObject({ code: 'UNKNOWN_BROKER' });
  });

  it('takes the answer of a handler that replies by itself, now or later', async () => {
    const sent: string[] = [];
    let reply: (() => void) | undefined;
    const handler = anyHandler<typeof heartbeat>({
      api: heartbeat,
      handle(_request, context, answer) {
        context.onSent(() => sent.push('sent'));
        reply = context.guard(() => answer({ errorCode: ErrorCode.NONE }));
      },
    });
    const { sender } = requests([handler]);
    const answer = sender.send(1, heartbeat, 4, BEAT);
    expect(sent).toEqual([]);
    reply?.();
    expect((await answer).errorCode).toBe(ErrorCode.NONE);
    expect(sent).toEqual(['sent']);
  });

  it('tells the caller of a handler that failed that there is no answer, and stops the broker where it must', async () => {
    let failure: Error = new Error('a bug');
    const handlers = [
      anyHandler<typeof heartbeat>({ api: heartbeat, answer: () => Promise.reject(failure) }),
      anyHandler<typeof findCoordinator>({
        api: findCoordinator,
        answer: () => {
          throw failure;
        },
      }),
    ];
    const { sender, stopped } = requests(handlers);
    await expect(sender.send(1, heartbeat, 4, BEAT)).rejects.toMatchObject({ code: 'DISCONNECTED' });
    await expect(sender.send(1, findCoordinator, 4, {})).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect(stopped).toEqual([]);
    failure = new AssertionFailure('broken');
    await expect(sender.send(1, heartbeat, 4, BEAT)).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect(stopped).toEqual([failure]);
  });
});
