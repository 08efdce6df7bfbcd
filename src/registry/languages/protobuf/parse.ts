import type {
  ProtoEnum,
  ProtoExtend,
  ProtoFile,
  ProtoMessage,
  ProtoOption,
  ProtoRpc,
  ProtoService,
} from './file.ts';
import { optionStatement } from './parse-options.ts';
import { enumType, extendType, messageType } from './parse-types.ts';
import { ProtoTokens } from './tokens.ts';

/**
 * Reads a .proto file.
 * @throws {InvalidSchemaError} with line and column.
 */
export function parseProto(text: string): ProtoFile {
  const tokens = new ProtoTokens(text);
  const [imports, publicImports]: [string[], string[]] = [[], []];
  const [options, extended, services]: [ProtoOption[], ProtoExtend[], ProtoService[]] = [[], [], []];
  const [messages, enums]: [ProtoMessage[], ProtoEnum[]] = [[], []];
  const syntax = tokens.takes('syntax') ? assigned(tokens) : undefined;
  const edition = syntax === undefined && tokens.takes('edition') ? assigned(tokens) : undefined;
  let packageName: string | undefined;
  while (!tokens.isAtEnd) {
    if (tokens.takes(';')) continue;
    if (tokens.takes('package')) {
      packageName = tokens.typeName();
      tokens.expect(';');
    } else if (tokens.takes('import')) {
      const isPublic = tokens.takes('public');
      if (!isPublic) tokens.takes('weak');
      (isPublic ? publicImports : imports).push(tokens.string());
      tokens.expect(';');
    } else if (tokens.takes('option')) options.push(optionStatement(tokens));
    else if (tokens.takes('message')) messages.push(messageType(tokens));
    else if (tokens.takes('enum')) enums.push(enumType(tokens));
    else if (tokens.takes('extend')) extended.push(extendType(tokens));
    else if (tokens.takes('service')) services.push(service(tokens));
    else throw tokens.error(`unexpected label: ${tokens.peek}`);
  }
  const types = { messages, enums, extends: extended, services };
  return { syntax, edition, packageName, imports, publicImports, options, ...types };
}

function assigned(tokens: ProtoTokens): string {
  tokens.expect('=');
  const text = tokens.string();
  tokens.expect(';');
  return text;
}

function service(tokens: ProtoTokens): ProtoService {
  const name = tokens.name();
  const [options, rpcs]: [ProtoOption[], ProtoRpc[]] = [[], []];
  tokens.expect('{');
  while (!tokens.takes('}')) {
    if (tokens.takes(';')) continue;
    if (tokens.takes('option')) options.push(optionStatement(tokens));
    else {
      tokens.expect('rpc');
      rpcs.push(rpc(tokens));
    }
  }
  return { name, options, rpcs };
}

function rpc(tokens: ProtoTokens): ProtoRpc {
  const name = tokens.name();
  const [isRequestStreamed, request] = rpcType(tokens);
  tokens.expect('returns');
  const [isResponseStreamed, response] = rpcType(tokens);
  const options: ProtoOption[] = [];
  if (!tokens.takes(';')) {
    tokens.expect('{');
    while (!tokens.takes('}')) {
      if (tokens.takes(';')) continue;
      tokens.expect('option');
      options.push(optionStatement(tokens));
    }
  }
  return { name, request, isRequestStreamed, response, isResponseStreamed, options };
}

function rpcType(tokens: ProtoTokens): [isStreamed: boolean, type: string] {
  tokens.expect('(');
  const first = tokens.typeName();
  // A message may be named `stream` itself.
  const isStreamed = first === 'stream' && tokens.peek !== ')';
  const type = isStreamed ? tokens.typeName() : first;
  tokens.expect(')');
  return [isStreamed, type];
}
