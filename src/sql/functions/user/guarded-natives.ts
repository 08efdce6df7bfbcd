/**
 * Part of the prelude: a native is one step of the interpreter, which nothing can end, and which is asked for the time every ten
 * thousand steps. So natives walk what is there and is not too long, and what they walk is counted in steps of a loop.
 */
export const GUARDED_NATIVES = String.raw`
const { apply } = Reflect;
const Pattern = RegExp;
const LENGTH_MAX = 10000000, LENGTH_FREE = 1000, SEARCH_MAX = 1000000000, NAMES_MAX = 1000;
function pay(length) { for (let left = length; left > LENGTH_FREE; left -= LENGTH_FREE); }
function guard(holder, name, made) {
  const native = holder[name];
  if (native === undefined) return;
  Object.defineProperty(holder, name, { value: made(native)[name], writable: true, configurable: true });
}
function arrayOf(value, name) {
  if (!isArray(value)) throw new Mistake('Array.prototype.' + name + ' of what is no array');
  if (value.length > LENGTH_MAX) throw new RangeError('an array of ' + value.length + ' elements');
  if (value.length > LENGTH_FREE) pay(value.length);
  return value;
}
for (const name of ['indexOf', 'lastIndexOf', 'includes', 'fill', 'reverse', 'join', 'copyWithin', 'slice', 'splice',
  'shift', 'unshift', 'sort', 'toSorted', 'toReversed', 'toSpliced', 'with', 'toString', 'toLocaleString',
  'forEach', 'map', 'filter', 'some', 'every', 'reduce', 'reduceRight', 'find', 'findIndex', 'findLast', 'findLastIndex'])
  guard(Array.prototype, name, (native) => ({ [name](...args) { return apply(native, arrayOf(this, name), args); } }));

// Those that walk other arrays, too, are loops.
function append(made, value, depth) {
  if (depth < 0 || !isArray(value)) { made[made.length] = value; return; }
  const { length } = value;
  for (let i = 0; i < length; i++) if (i in value) append(made, value[i], depth - 1);
}
function appendHoles(made, value) {
  if (!isArray(value)) { made[made.length] = value; return; }
  const { length } = value, start = made.length;
  for (let i = 0; i < length; i++) if (i in value) made[start + i] = value[i];
  made.length = start + length;
}
guard(Array.prototype, 'concat', () => ({ concat(...args) {
  const made = [];
  appendHoles(made, arrayOf(this, 'concat'));
  for (let i = 0; i < args.length; i++) appendHoles(made, args[i]);
  return made;
} }));
guard(Array.prototype, 'flat', () => ({ flat(depth = 1) {
  const made = [];
  append(made, arrayOf(this, 'flat'), +depth);
  return made;
} }));
guard(Array.prototype, 'flatMap', () => ({ flatMap(fn, self) {
  const made = [], from = arrayOf(this, 'flatMap'), { length } = from;
  if (typeof fn !== 'function') throw new Mistake('not a function');
  for (let i = 0; i < length; i++) if (i in from) append(made, apply(fn, self, [from[i], i, from]), 0);
  return made;
} }));

// A search goes over the whole needle at each place.
for (const [name, symbol] of [['indexOf'], ['lastIndexOf'], ['includes', Symbol.match], ['split', Symbol.split],
  ['replace', Symbol.replace], ['replaceAll', Symbol.replace]])
  guard(String.prototype, name, (native) => ({ [name](...args) {
    let [needle] = args;
    if (typeof needle !== 'string') {
      if (needle === undefined || this === undefined || this === null) return apply(native, this, args);
      if (symbol !== undefined && typeof needle === 'object' && needle !== null && needle[symbol]) {
        if (needle instanceof Pattern) return apply(native, this, args);
        if (name !== 'includes') return apply(needle[symbol], needle, [this, ...args.slice(1)]);
      }
      needle = args[0] = Text(needle);
    }
    const text = typeof this === 'string' ? this : Text(this);
    const steps = text.length * (needle.length > 100 ? needle.length / 10 : 10);
    if (steps > SEARCH_MAX) throw new RangeError('a search for ' + needle.length + ' characters in ' + text.length);
    if (steps > LENGTH_FREE * 10) pay(steps / 10);
    return apply(native, text, args);
  } }));
guard(String, 'raw', () => ({ raw({ raw }, ...values) {
  let text = '';
  for (let i = 0; i < raw.length; i++) text += (i > 0 && i <= values.length ? Text(values[i - 1]) : '') + Text(raw[i]);
  return text;
} }));
guard(JSON, 'stringify', (native) => ({ stringify(...args) {
  if (isArray(args[1]) && args[1].length > NAMES_MAX) throw new RangeError('a list of ' + args[1].length + ' names');
  return apply(native, this, args);
} }));
if (typeof Iterator === 'function')
  guard(Iterator.prototype, 'drop', (native) => ({ drop(count) {
    const dropped = +count;
    if (dropped > LENGTH_MAX) throw new RangeError('a walk over ' + dropped + ' elements');
    return apply(native, this, [dropped]);
  } }));
`;
