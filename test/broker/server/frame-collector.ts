import type net from 'node:net';
import { FrameReader } from '../../../src/protocol/frame-reader.ts';

/** A bare client: writes bytes and collects the frames that come back. */
export class FrameCollector {
  readonly socket: net.Socket;
  readonly connected: Promise<void>;
  readonly closed: Promise<void>;
  readonly #received: Buffer[] = [];
  #wake: () => void = () => {};

  constructor(socket: net.Socket) {
    this.socket = socket;
    const reader = new FrameReader({ checkSize: () => {} });
    this.connected = new Promise((resolve) => socket.once('connect', resolve));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) this.#received.push(frame);
      this.#wake();
    });
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next `count` frames, in order. */
  async frames(count: number): Promise<Buffer[]> {
    while (this.#received.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#received.splice(0, count);
  }
}
