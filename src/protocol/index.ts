export * from './apis.ts';
export {
  decodeFrom,
  decodeStruct,
  decodeVersioned,
  encodeInto,
  encodeStruct,
  encodeVersioned,
} from './codec.ts';
export * from './error-codes.ts';
export * from './framing.ts';
export type {
  Api,
  KeyedMessage,
  ListenerKind,
  Message,
  MessageInput,
  MessageOf,
  RequestInput,
  RequestOf,
  ResponseInput,
  ResponseOf,
} from './message.ts';
export { ProtocolError } from './protocol-error.ts';
export type { VersionRange } from './version-range.ts';
export * from './compression/compression.ts';
export * from './records/batch-builder.ts';
export * from './records/batch-view.ts';
export * from './records/decode-batch.ts';
export * from './records/record.ts';
export * from './records/control-record.ts';
