const HTTP_METHODS = ['GET ', 'HEAD', 'POST', 'PUT ', 'DELE', 'OPTI', 'PATC', 'CONN', 'TRAC', 'PRI '];
/** A TLS record of type "handshake", version 3.x. */
const TLS_HANDSHAKE = 0x1603;

/**
 * Names the protocol of a client that does not speak Kafka's, by the four bytes where a frame's size should be: most
 * often somebody has taken the port for another.
 */
export function foreignProtocol(size: number): 'HTTP' | 'TLS' | undefined {
  if (size >>> 16 === TLS_HANDSHAKE) return 'TLS';
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(size);
  return HTTP_METHODS.includes(bytes.toString('latin1')) ? 'HTTP' : undefined;
}
