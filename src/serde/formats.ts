import { DiagnosticError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import { avroFormat } from './avro/format.ts';
import { delimitedFormat } from './delimited/format.ts';
import type { Format } from './contract/format.ts';
import { jsonFormat } from './json/format.ts';
import { jsonSchemaFormat } from './json-sr/format.ts';
import { kafkaFormat } from './kafka.ts';
import { noneFormat } from './none.ts';
import { protobufFormat, protobufNoSrFormat } from './protobuf/format.ts';

/** All formats by name. One file per format, one entry here. */
const formats = {
  AVRO: avroFormat,
  DELIMITED: delimitedFormat,
  JSON: jsonFormat,
  JSON_SR: jsonSchemaFormat,
  KAFKA: kafkaFormat,
  NONE: noneFormat,
  PROTOBUF: protobufFormat,
  PROTOBUF_NOSR: protobufNoSrFormat,
} satisfies Record<string, Format>;

export function formatNames(): readonly string[] {
  return Object.keys(formats);
}

/** The format of a name, whatever its case. @throws {DiagnosticError} `Unknown format: FOO` */
export function formatOf(name: string): Format {
  const upper = name.toUpperCase();
  const format = (formats as Record<string, Format>)[upper];
  if (format !== undefined) return format;
  const suggestion = nearestName(upper, formatNames());
  throw new DiagnosticError({
    message: `Unknown format: ${name}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}
