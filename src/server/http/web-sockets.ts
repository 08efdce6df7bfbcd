import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** What is left of the connection of a request that asks for a WebSocket. */
interface Upgrade {
  readonly socket: Duplex;
  /** Bytes that have come behind the request. */
  readonly head: Buffer;
}

/** By request. */
const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** Called for a request that asks for a WebSocket, before it is handled like any other. */
export function noteUpgrade(request: IncomingMessage, upgrade: Upgrade): void {
  upgrades.set(request, upgrade);
}

/** Clients say what they want in the request, and nothing afterwards. */
const MESSAGE_BYTES_MAX = 65_536;

/** Accepts requests as WebSockets (RFC 6455). */
export class WebSocketAcceptor {
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MESSAGE_BYTES_MAX,
  });

  /**
   * Accepts the request of a client as a WebSocket, or refuses it where it is not one of RFC 6455.
   * @returns undefined where it asks for no WebSocket, which nothing has been answered to yet.
   */
  accept(
    request: IncomingMessage,
  ): Promise<{ readonly client: WebSocket; readonly socket: Duplex }> | undefined {
    const upgrade = upgrades.get(request);
    if (upgrade === undefined) return undefined;
    const { socket, head } = upgrade;
    return new Promise((resolve) => {
      this.#server.handleUpgrade(request, socket, head, (client) => resolve({ client, socket }));
    });
  }
}
