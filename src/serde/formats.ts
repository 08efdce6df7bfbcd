import { DiagnosticError } from '../base/errors.ts';
import { nearestName } from '../base/nearest-name.ts';
import { delimitedFormat } from './delimited/format.ts';
import type { Format } from './format.ts';
import { jsonFormat } from './json/format.ts';
import { kafkaFormat } from './kafka.ts';
import { noneFormat } from './none.ts';

/** All formats by name. One file per format, one entry here. */
const formats = {
  DELIMITED: delimitedFormat,
  JSON: jsonFormat,
  KAFKA: kafkaFormat,
  NONE: noneFormat,
} satisfies Record<string, Format>;

/** Formats of ksqlDB that need a schema registry, which is still to come. */
const laterFormats: ReadonlySet<string> = new Set(['AVRO', 'JSON_SR', 'PROTOBUF', 'PROTOBUF_NOSR']);

export function formatNames(): readonly string[] {
  return Object.keys(formats);
}

/** The format of a name, whatever its case. @throws {DiagnosticError} `Unknown format: FOO`. */
export function formatOf(name: string): Format {
  const format = (formats as Record<string, Format>)[name.toUpperCase()];
  if (format !== undefined) return format;
  if (laterFormats.has(name.toUpperCase())) {
    throw new DiagnosticError({
      message: `format ${name.toUpperCase()} is not supported yet`,
      hint: `use ${formatNames().join(', ')}; docs/gaps.md lists what is missing`,
    });
  }
  const suggestion = nearestName(name.toUpperCase(), formatNames());
  throw new DiagnosticError({
    message: `Unknown format: ${name}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}
