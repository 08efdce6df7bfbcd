import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The responses of connections of HTTP/1.1 that have not been sent to their ends. A client may send requests without waiting for
 * answers; when its connection ends, Node tells the response that is being sent (`close`), and never those that wait behind it: whatever
 * was held for them would be held for ever.
 */
export class PipelinedResponses {
  readonly #waiting = new WeakMap<Socket, Set<ServerResponse>>();

  /** To be called for each response when its request has come. */
  add(response: ServerResponse): void {
    const { socket } = response.req;
    const waiting = this.#waiting.get(socket) ?? this.#begin(socket);
    waiting.add(response);
    response.once('close', () => waiting.delete(response));
  }

  #begin(socket: Socket): Set<ServerResponse> {
    const waiting = new Set<ServerResponse>();
    this.#waiting.set(socket, waiting);
    // After Node has told the one that it tells.
    socket.once('close', () => process.nextTick(tellAll, waiting));
    return waiting;
  }
}

function tellAll(waiting: ReadonlySet<ServerResponse>): void {
  for (const response of [...waiting]) {
    response.destroyed = true;
    response.emit('close');
  }
}
