import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FrameReader } from '../../../src/protocol/frame-reader.ts';
import { NetworkPeerChannels } from '../../../broker/server/network-peer-channels.ts';
import type { PeerChannel } from '../../../broker/server/peer-channel.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { decodeRequest, decodeRequestHeader, encodeResponse } from '../../../src/protocol/framing.ts';
import { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

describe('NetworkPeerChannels', () => {
  const cleanUps: (() => void)[] = [];

  afterEach(() => {
    for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp();
  });

  /** A peer that answers heartbeats with their generation id, unless told to fall silent or to hang up. */
  async function peer(requestTimeoutMs = 30_000): Promise<{
    channel: PeerChannel;
    mode: { now: 'answer' | 'silent' | 'hang-up'; requests: number };
    server: net.Server;
  }> {
    const mode: { now: 'answer' | 'silent' | 'hang-up'; requests: number } = { now: 'answer', requests: 0 };
    const server = net.createServer((socket) => {
      const reader = new FrameReader({ checkSize: () => {} });
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => {
        reader.push(chunk);
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
          mode.requests += 1;
          if (mode.now === 'hang-up') socket.destroy();
          if (mode.now !== 'answer') continue;
          const { header, reader: body } = decodeRequestHeader(frame);
          const { generationId } = decodeRequest(heartbeat, header.apiVersion, body);
          const chunks = encodeResponse(heartbeat, header.apiVersion, header.correlationId, {
            errorCode: generationId,
          });
          for (const bytes of chunks) socket.write(bytes);
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const channels = new NetworkPeerChannels({
      environment: nodeEnvironment,
      clientId: 'test',
      requestTimeoutMs,
      connectTimeoutMs: 30_000,
      responseBytesMax: 1_000_000,
    });
    cleanUps.push(
      () => server.close(),
      () => channels.close(),
    );
    const { port } = server.address() as net.AddressInfo;
    return { channel: channels.to(2, { host: '127.0.0.1', port }), mode, server };
  }

  const beat = (channel: PeerChannel, generationId: number) =>
    channel.send(heartbeat, 4, { groupId: 'g', generationId, memberId: 'm' });

  it('pipelines requests on one connection and matches their answers', async () => {
    const { channel, server } = await peer();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => beat(channel, i)));
    expect(answers.map(({ errorCode }) => errorCode)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const connections = await new Promise<number>((resolve) =>
      server.getConnections((_error, count) => resolve(count)),
    );
    expect(connections).toBe(1);
  });

  it('connects anew after the peer hung up', async () => {
    const { channel, mode } = await peer();
    mode.now = 'hang-up';
    await expect(beat(channel, 1)).rejects.toMatchObject({ code: 'DISCONNECTED', retriable: true });
    mode.now = 'answer';
    expect((await beat(channel, 2)).errorCode).toBe(2);
  });

  it('gives up on a peer that does not answer', async () => {
    const { channel, mode } = await peer(50);
    mode.now = 'silent';
    await expect(beat(channel, 1)).rejects.toMatchObject({ code: 'TIMED_OUT', retriable: true });
    mode.now = 'answer';
    // On a loaded machine, a short time may run out for an answer as well.
    const answer = async (): Promise<number | undefined> =>
      (await beat(channel, 2).catch(() => undefined))?.errorCode;
    await expect.poll(answer, { timeout: PATIENCE_MS }).toBe(2);
  });

  it('says that nobody is there', async () => {
    const { channel, server } = await peer();
    await new Promise((resolve) => server.close(resolve));
    await expect(beat(channel, 1)).rejects.toMatchObject({ code: 'CONNECTION_REFUSED', retriable: true });
  });

  it('rejects what is in flight when it is closed, and what comes later', async () => {
    const { channel, mode } = await peer();
    mode.now = 'silent';
    const lost = beat(channel, 1);
    const seen = expect(lost).rejects.toMatchObject({ code: 'CLOSED' });
    await expect.poll(() => mode.requests).toBe(1);
    channel.close();
    await seen;
    await expect(beat(channel, 2)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
