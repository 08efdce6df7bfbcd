import type { OptionValue, ProtoOption } from './file.ts';
import type { ProtoTokens } from './tokens.ts';

/** Reads what follows the word `option`: `name = value;`. */
export function optionStatement(tokens: ProtoTokens): ProtoOption {
  const option = assignment(tokens);
  tokens.expect(';');
  return option;
}

/** Reads `[name = value, …]` where there is one. */
export function optionList(tokens: ProtoTokens): readonly ProtoOption[] {
  const options: ProtoOption[] = [];
  if (!tokens.takes('[')) return options;
  while (!tokens.takes(']')) {
    options.push(assignment(tokens));
    if (tokens.peek !== ']') tokens.expect(',');
  }
  return options;
}

function assignment(tokens: ProtoTokens): ProtoOption {
  let name = '';
  while (!tokens.takes('=')) {
    if (tokens.takes('(')) {
      name += `(${tokens.typeName()})`;
      tokens.expect(')');
    } else {
      // What follows a parenthesis begins with a dot.
      name += tokens.word();
    }
  }
  if (name === '') throw tokens.error('expected the name of an option');
  return { name, value: optionValue(tokens) };
}

function optionValue(tokens: ProtoTokens): OptionValue {
  if (tokens.isString) return { kind: 'string', text: tokens.string() };
  if (tokens.takes('{')) return tokens.within(() => messageValue(tokens, '}'));
  if (tokens.takes('<')) return tokens.within(() => messageValue(tokens, '>'));
  if (tokens.takes('[')) return tokens.within(() => listValue(tokens));
  return { kind: 'word', text: tokens.word() };
}

/** Text format: `name: value`, with a comma, a semicolon or nothing between. */
function messageValue(tokens: ProtoTokens, end: string): OptionValue {
  const entries: [string, OptionValue][] = [];
  while (!tokens.takes(end)) {
    const name = entryName(tokens);
    tokens.takes(':');
    entries.push([name, optionValue(tokens)]);
    if (!tokens.takes(',')) tokens.takes(';');
  }
  return { kind: 'message', entries };
}

function entryName(tokens: ProtoTokens): string {
  if (!tokens.takes('[')) return tokens.word();
  let name = '';
  while (!tokens.takes(']')) name += tokens.takes('/') ? '/' : tokens.word();
  return `[${name}]`;
}

function listValue(tokens: ProtoTokens): OptionValue {
  const items: OptionValue[] = [];
  while (!tokens.takes(']')) {
    items.push(optionValue(tokens));
    if (tokens.peek !== ']') tokens.expect(',');
  }
  return { kind: 'list', items };
}
