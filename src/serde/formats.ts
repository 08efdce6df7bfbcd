import { DiagnosticError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import { avroFormat } from './avro/format.ts';
import { delimitedFormat } from './delimited/format.ts';
import type { Format } from './contract/format.ts';
import { jsonFormat } from './json/format.ts';
import { jsonSchemaFormat } from './json-sr/format.ts';
import { kafkaFormat } from './kafka.ts';
import { type KnownFormat, laterFormats } from './later-formats.ts';
import { noneFormat } from './none.ts';
import { protobufNoSrFormat } from './protobuf/format.ts';

/** All formats by name. One file per format, one entry here. */
const formats = {
  AVRO: avroFormat,
  DELIMITED: delimitedFormat,
  JSON: jsonFormat,
  JSON_SR: jsonSchemaFormat,
  KAFKA: kafkaFormat,
  NONE: noneFormat,
  PROTOBUF_NOSR: protobufNoSrFormat,
} satisfies Record<string, Format>;

const supported = (name: string): Format | undefined =>
  (formats as Record<string, Format>)[name.toUpperCase()];

export function formatNames(): readonly string[] {
  return Object.keys(formats);
}

/** The format of a name, whatever its case. @throws {DiagnosticError} `Unknown format: FOO`; where it is still to come. */
export function formatOf(name: string): Format {
  const format = supported(name);
  if (format !== undefined) return format;
  const known = knownFormatOf(name);
  throw new DiagnosticError({
    message: `format ${known.name} is not supported yet`,
    hint: `use ${formatNames().join(', ')}; docs/gaps.md lists what is missing`,
  });
}

/** The same for checks that need no bytes, also of formats that are still to come. @throws {DiagnosticError} `Unknown format: FOO`. */
export function knownFormatOf(name: string): KnownFormat {
  const upper = name.toUpperCase();
  const format = supported(name) ?? laterFormats.get(upper);
  if (format !== undefined) return format;
  const suggestion = nearestName(upper, formatNames());
  throw new DiagnosticError({
    message: `Unknown format: ${name}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}
