import { createRequire } from 'node:module';
import type protobuf from 'protobufjs';

const require = createRequire(import.meta.url);
let loaded: typeof protobuf | undefined;

/** The library that parses .proto files, loaded when the first one is: who has none does not wait for it. */
export function protobufjs(): typeof protobuf {
  const library: typeof protobuf = loaded ?? require('protobufjs');
  loaded = library;
  return library;
}
