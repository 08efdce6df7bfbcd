import { GUARDED_NATIVES } from './guarded-natives.ts';

/**
 * What stands around the source of a function in its sandbox, as text: it makes the source a function, the arguments values of
 * JavaScript, and checks and writes down what it returns. The other half is `crossing.ts`.
 *
 * Its value is a list: the names of an aggregate's methods, a function that reads JSON, and then the entries (see `entries.ts`). An entry puts into `out[0]` what its result is (see `crossing.ts`), into
 * `out[1]` a number, and returns a text. All that the source might change later was taken before it came.
 */
export const PRELUDE = String.raw`(function (config, out) {
'use strict';
const { parse, stringify } = JSON;
const { isArray, from } = Array;
const { isFinite: finite, isInteger, isSafeInteger } = Number;
const { trunc, floor } = Math;
const [Big, Text, Num, Day, Table, Bytes, Mistake, evaluate, Maker] =
  [BigInt, String, Number, Date, Map, Uint8Array, TypeError, globalThis.eval, Function];
const DAY_MS = 86400000, INT64_MAX = 2n ** 63n - 1n, INT64_MIN = -(2n ** 63n);

delete globalThis.SharedArrayBuffer;
delete globalThis.Atomics;

${GUARDED_NATIVES}
function kindOf(value) {
  if (value === null || value === undefined) return Text(value);
  if (typeof value !== 'object') return (typeof value === 'undefined' ? '' : 'a ') + typeof value;
  if (isArray(value)) return 'an array';
  let name;
  try { name = value.constructor.name; } catch {}
  return typeof name === 'string' && name !== '' && name !== 'Object' ? 'a ' + name.slice(0, 50) : 'an object';
}
function told(text) {
  const mistake = new Mistake(text);
  mistake.name = '';
  return mistake;
}
function wrong(value, type, path) {
  const at = path === '' ? '' : ' at ' + path;
  return told('it gives ' + kindOf(value) + at + ' where ' + type.text + ' is declared');
}
function outOf(value, type, path) {
  const at = path === '' ? '' : ' at ' + path;
  return told('it gives ' + Text(value).slice(0, 50) + at + ', which is no ' + type.text);
}

const decoders = {
  BIGINT: () => (v) => (typeof v === 'string' ? Big(v) : v),
  DOUBLE: () => (v) => (typeof v === 'string' ? Num(v) : v),
  DATE: () => (v) => new Day(v * DAY_MS),
  TIMESTAMP: () => (v) => new Day(v),
  BYTES: () => (v) => {
    const bytes = new Bytes(v.length / 2);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Num('0x' + v[2 * i] + v[2 * i + 1]);
    return bytes;
  },
  ARRAY: (type) => {
    const element = decoder(type.element);
    return (v) => { for (let i = 0; i < v.length; i++) v[i] = element(v[i]); return v; };
  },
  MAP: (type) => {
    const key = decoder(type.key), value = decoder(type.value);
    return (v) => {
      const map = new Table();
      for (const [k, e] of v) map.set(key(k), value(e));
      return map;
    };
  },
  STRUCT: (type) => {
    const fields = type.fields.map((field) => [field.name, decoder(field.type)]);
    return (v) => {
      const struct = {};
      for (let i = 0; i < fields.length; i++) struct[fields[i][0]] = fields[i][1](v[i]);
      return struct;
    };
  },
};
function decoder(type) {
  const inner = decoders[type.kind]?.(type);
  return inner === undefined ? (v) => v : (v) => (v === null ? null : inner(v));
}

// A number of milliseconds or days, of a Date.
function time(value, type, path) {
  const ms = value instanceof Day ? value.getTime() : value;
  if (typeof ms !== 'number') throw wrong(value, type, path);
  if (!finite(ms)) throw outOf(ms, type, path);
  return trunc(ms);
}
const encoders = {
  BOOLEAN: (type) => (v, path) => {
    if (typeof v !== 'boolean') throw wrong(v, type, path);
    return v;
  },
  INTEGER: (type) => (v, path) => {
    if (typeof v !== 'number' && typeof v !== 'bigint') throw wrong(v, type, path);
    const n = typeof v === 'bigint' ? Num(v) : trunc(v);
    if (!(n >= -2147483648 && n <= 2147483647)) throw outOf(v, type, path);
    return n;
  },
  BIGINT: (type) => (v, path) => {
    if (typeof v === 'number') {
      const n = trunc(v);
      if (isSafeInteger(n)) return n;
      if (!finite(n)) throw outOf(v, type, path);
      v = Big(n);
    }
    if (typeof v !== 'bigint') throw wrong(v, type, path);
    if (v > INT64_MAX || v < INT64_MIN) throw outOf(v, type, path);
    return isSafeInteger(Num(v)) ? Num(v) : Text(v);
  },
  DOUBLE: (type) => (v, path) => {
    if (typeof v === 'bigint') v = Num(v);
    if (typeof v !== 'number') throw wrong(v, type, path);
    return finite(v) ? v : Text(v);
  },
  DECIMAL: (type) => (v, path) => {
    if (typeof v === 'number' ? !finite(v) : typeof v === 'string' ? v.length > 1000 : false) throw outOf(v, type, path);
    if (typeof v !== 'number' && typeof v !== 'bigint' && typeof v !== 'string') throw wrong(v, type, path);
    return Text(v);
  },
  STRING: (type) => (v, path) => {
    if (typeof v !== 'string') throw wrong(v, type, path);
    return v;
  },
  BYTES: (type) => (v, path) => {
    const bytes = v instanceof ArrayBuffer ? new Bytes(v) : v;
    if (!(bytes instanceof Bytes)) throw wrong(v, type, path);
    let hex = '';
    for (let i = 0; i < bytes.length; i++) hex += (bytes[i] < 16 ? '0' : '') + bytes[i].toString(16);
    return hex;
  },
  DATE: (type) => (v, path) => {
    if (!(v instanceof Day)) throw wrong(v, type, path);
    return floor(time(v, type, path) / DAY_MS);
  },
  TIME: (type) => (v, path) => {
    if (typeof v !== 'number') throw wrong(v, type, path);
    const ms = time(v, type, path);
    if (ms < 0 || ms >= DAY_MS) throw outOf(ms, type, path);
    return ms;
  },
  TIMESTAMP: (type) => (v, path) => time(v, type, path),
  ARRAY: (type) => {
    const element = encoder(type.element);
    return (v, path) => {
      if (v === null || typeof v !== 'object' || typeof v[Symbol.iterator] !== 'function' || v instanceof Table)
        throw wrong(v, type, path);
      const wire = [];
      let i = 0;
      for (const each of v) { wire[i] = element(each, path + '[' + i + ']'); i += 1; }
      return wire;
    };
  },
  MAP: (type) => {
    const key = encoder(type.key), value = encoder(type.value);
    return (v, path) => {
      if (v === null || typeof v !== 'object' || isArray(v)) throw wrong(v, type, path);
      const wire = [];
      for (const [k, e] of v instanceof Table ? v : Object.entries(v))
        wire[wire.length] = [key(k, path + ' key'), value(e, path + '[' + Text(k) + ']')];
      return wire;
    };
  },
  STRUCT: (type) => {
    const fields = type.fields.map((field) => [field.name, encoder(field.type)]);
    return (v, path) => {
      if (v === null || typeof v !== 'object' || isArray(v)) throw wrong(v, type, path);
      const wire = [];
      for (let i = 0; i < fields.length; i++) wire[i] = fields[i][1](v[fields[i][0]], path + '.' + fields[i][0]);
      return wire;
    };
  },
};
function encoder(type) {
  const inner = encoders[type.kind](type);
  return (v, path) => (v === null || v === undefined ? null : inner(v, path));
}

const NUMBERS = { INTEGER: 1, BIGINT: 1, DOUBLE: 1, DATE: 1, TIME: 1, TIMESTAMP: 1 };
const TEXTS = { STRING: 1, DECIMAL: 1, BYTES: 1 };
function put(type) {
  const encode = encoders[type.kind](type);
  function text(value) {
    if (value.includes('\0')) { out[0] = 5; return stringify(value); }
    out[0] = 4;
    return value;
  }
  if (NUMBERS[type.kind] === 1) return (value) => {
    if (value === null || value === undefined) { out[0] = 0; return; }
    const wire = type.kind === 'DOUBLE' && typeof value === 'number' ? value : encode(value, '');
    if (typeof wire !== 'number') return text(wire);
    out[1] = wire;
    out[0] = 1;
  };
  return (value) => {
    if (value === null || value === undefined) { out[0] = 0; return; }
    const wire = encode(value, '');
    if (type.kind === 'BOOLEAN') { out[0] = wire ? 2 : 3; return; }
    if (TEXTS[type.kind] === 1) return text(wire);
    out[0] = 5;
    return stringify(wire);
  };
}

// Where arguments come as JSON they are read first.
const COMPOSED = { ARRAY: 1, MAP: 1, STRUCT: 1 };
function argument(type) {
  const decode = decoder(type);
  return COMPOSED[type.kind] === 1 ? (v) => (v === null ? null : decode(parse(v))) : decode;
}
function entry(fn, takes, gives) {
  const names = takes.map((_, i) => 'a' + i);
  const given = takes.map((type, i) => (decoders[type.kind] === undefined ? names[i] : 'd[' + i + '](' + names[i] + ')'));
  return Maker('f', 'd', 'put', 'return function (' + names + ') { return put(f(' + given + ')); };')(
    fn, takes.map(argument), put(gives));
}

// The source as an expression of the parameters, a function, or the body of one.
function sourceOf({ parameters, source }) {
  let value, expression;
  try {
    expression = Maker(...parameters, '"use strict"; return (' + source + '\n);');
  } catch {
    const body = Maker(...parameters, '"use strict";' + source);
    if (typeof body === 'function') return body;
    throw new SyntaxError('it ends before its end');
  }
  try { value = evaluate('"use strict"; (' + source + '\n)'); } catch {}
  return typeof value === 'function' ? value : expression;
}

const methods = [];
const entries = [];
if (config.kind === 'aggregate') {
  let value;
  try { value = evaluate('"use strict"; (' + config.source + '\n)'); } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    value = Maker('"use strict";' + config.source)();
  }
  if (typeof value === 'function') value = value();
  if (value === null || typeof value !== 'object') throw told('it is ' + kindOf(value) + ' and no object with the methods initialize and aggregate');
  for (const { method, takes, gives } of config.entries) {
    let fn = value[method];
    if (fn === undefined && method === 'result') fn = (state) => state;
    if (fn === undefined) { entries.push(null); continue; }
    if (typeof fn !== 'function') throw told('its ' + method + ' is ' + kindOf(fn) + ' and no function');
    methods.push(method);
    entries.push(entry(fn.bind(value), takes, gives));
  }
  for (const method of ['initialize', 'aggregate'])
    if (!methods.includes(method)) throw told('it has no method ' + method);
} else {
  const fn = sourceOf(config);
  for (const { takes, gives } of config.entries) entries.push(entry(fn, takes, gives));
}
return [methods.join(), parse, ...entries];
})`;
