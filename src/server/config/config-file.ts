import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { DiagnosticError, messageOf } from '../../base/errors.ts';

/** A configuration file's settings: flat property names to text, as Kafka's and ksqlDB's own files have them. */
export type FileSettings = ReadonlyMap<string, string>;

/**
 * Reads a configuration file: Java properties, or TOML where the name ends in `.toml` (tables are joined with dots, so
 * `[ksql.streams]` with `num.stream.threads` means the same in both).
 * @throws {DiagnosticError} where the file cannot be read or parsed, with the line.
 */
export function readConfigFile(file: string): FileSettings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new DiagnosticError(
      { message: `cannot read config file ${file}`, detail: messageOf(error) },
      { cause: error },
    );
  }
  return path.extname(file) === '.toml' ? readToml(file, text) : readProperties(file, text);
}

function readToml(file: string, text: string): FileSettings {
  try {
    return new Map(flatten(parseToml(text), ''));
  } catch (error) {
    throw new DiagnosticError(
      { message: `config file ${file} is not valid TOML`, detail: messageOf(error) },
      { cause: error },
    );
  }
}

function flatten(value: unknown, prefix: string): [string, string][] {
  if (Array.isArray(value)) return [[prefix, value.map(String).join(',')]];
  if (typeof value !== 'object' || value === null || value instanceof Date) return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, prefix === '' ? key : `${prefix}.${key}`),
  );
}

/** The format of java.util.Properties: `key=value`, `key: value`, `#` and `!` comments, `\` continues a line. */
function readProperties(file: string, text: string): FileSettings {
  const settings = new Map<string, string>();
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const firstLine = i + 1;
    let line = (lines[i] ?? '').trimStart();
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    while (endsInContinuation(line) && i + 1 < lines.length) {
      i += 1;
      line = line.slice(0, -1) + (lines[i] ?? '').trimStart();
    }
    const match = /^((?:\\.|[^\\=:\s])+)\s*[=:\s]\s*(.*)$/.exec(line);
    if (match === null) {
      throw new DiagnosticError({
        message: `line ${firstLine} of config file ${file} is not a setting`,
        detail: line,
        hint: 'write it as name=value',
      });
    }
    settings.set(unescape(match[1] ?? ''), unescape((match[2] ?? '').trimEnd()));
  }
  return settings;
}

const endsInContinuation = (line: string): boolean => (/\\+$/.exec(line)?.[0].length ?? 0) % 2 === 1;

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescape(text: string): string {
  return text.replaceAll(/\\(u[0-9a-fA-F]{4}|.)/g, (_, code: string) =>
    code.length === 5 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
  );
}
