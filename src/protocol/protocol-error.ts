export { ProtocolError } from '../base/protocol-error.ts';
