import { malformed } from '../../src/base/protocol-error.ts';
import { foreignProtocol } from './foreign-protocol.ts';

/**
 * What a broker takes for the size of a frame.
 * @returns a check that throws {@link ProtocolError} for a size that is negative or above the limit.
 */
export function frameSizesUpTo(frameBytesMax: number): (size: number) => void {
  return (size) => {
    if (size >= 0 && size <= frameBytesMax) return;
    const protocol = foreignProtocol(size);
    if (protocol !== undefined) malformed(`a client that speaks ${protocol}, not Kafka's protocol`);
    if (size < 0) malformed(`a frame of negative size ${size}`);
    malformed(`a frame of ${size} bytes, more than ${frameBytesMax}`);
  };
}
