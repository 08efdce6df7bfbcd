import net from 'node:net';

/** Stands between a broker and its clients, until it falls silent: it takes all that comes, and nothing comes back. */
export class SilentProxy {
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #target = 0;
  #isSilent = false;

  private constructor(server: net.Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#connect(socket));
  }

  static async start(): Promise<SilentProxy> {
    const server = net.createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new SilentProxy(server);
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  forwardTo(port: number): void {
    this.#target = port;
  }

  /** From now on no byte goes on, in either direction, on connections old and new. */
  fallSilent(): void {
    this.#isSilent = true;
  }

  /** Connections that come from now on are forwarded again; those that have been silent end. */
  speakAgain(): void {
    this.#isSilent = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }

  #connect(client: net.Socket): void {
    this.#watch(client);
    if (this.#isSilent) {
      client.resume();
      return;
    }
    const broker = net.connect(this.#target, '127.0.0.1');
    this.#watch(broker);
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      from.on('data', (bytes) => {
        if (!this.#isSilent) to.write(bytes);
      });
      from.on('close', () => {
        if (!this.#isSilent) to.destroy();
      });
    }
  }

  #watch(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
