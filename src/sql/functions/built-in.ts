/** All built-in functions. One file per function, one line here; ksqlDB's 149 are all of them. */
import { attr } from './aggregate/attr.ts';
import { avg } from './aggregate/avg.ts';
import { collectList } from './aggregate/collect-list.ts';
import { collectSet } from './aggregate/collect-set.ts';
import { correlation } from './aggregate/correlation.ts';
import { countDistinct } from './aggregate/count-distinct.ts';
import { count } from './aggregate/count.ts';
import { earliestByOffset } from './aggregate/earliest-by-offset.ts';
import { histogram } from './aggregate/histogram.ts';
import { latestByOffset } from './aggregate/latest-by-offset.ts';
import { max } from './aggregate/max.ts';
import { min } from './aggregate/min.ts';
import { stddevSamp } from './aggregate/stddev-samp.ts';
import { stddevSample } from './aggregate/stddev-sample.ts';
import { sumList } from './aggregate/sum-list.ts';
import { sum } from './aggregate/sum.ts';
import { topk } from './aggregate/topk.ts';
import { topkdistinct } from './aggregate/topkdistinct.ts';
import { arrayConcat } from './array/array-concat.ts';
import { arrayContains } from './array/array-contains.ts';
import { arrayDistinct } from './array/array-distinct.ts';
import { arrayExcept } from './array/array-except.ts';
import { arrayIntersect } from './array/array-intersect.ts';
import { arrayJoin } from './array/array-join.ts';
import { arrayLength } from './array/array-length.ts';
import { arrayMax } from './array/array-max.ts';
import { arrayMin } from './array/array-min.ts';
import { arrayRemove } from './array/array-remove.ts';
import { arraySort } from './array/array-sort.ts';
import { arrayUnion } from './array/array-union.ts';
import { entries } from './array/entries.ts';
import { generateSeries } from './array/generate-series.ts';
import { slice } from './array/slice.ts';
import { coalesce } from './conditional/coalesce.ts';
import { ifnull } from './conditional/ifnull.ts';
import { nullif } from './conditional/nullif.ts';
import { bigintFromBytes } from './conversions/bigint-from-bytes.ts';
import { doubleFromBytes } from './conversions/double-from-bytes.ts';
import { intFromBytes } from './conversions/int-from-bytes.ts';
import { convertTz } from './datetime/convert-tz.ts';
import { dateadd } from './datetime/dateadd.ts';
import { datesub } from './datetime/datesub.ts';
import { datetostring } from './datetime/datetostring.ts';
import { formatDate } from './datetime/format-date.ts';
import { formatTime } from './datetime/format-time.ts';
import { formatTimestamp } from './datetime/format-timestamp.ts';
import { fromDays } from './datetime/from-days.ts';
import { fromUnixtime } from './datetime/from-unixtime.ts';
import { parseDateFunction } from './datetime/parse-date.ts';
import { parseTimeFunction } from './datetime/parse-time.ts';
import { parseTimestampFunction } from './datetime/parse-timestamp.ts';
import { stringtodate } from './datetime/stringtodate.ts';
import { stringtotimestamp } from './datetime/stringtotimestamp.ts';
import { timeadd } from './datetime/timeadd.ts';
import { timestampadd } from './datetime/timestampadd.ts';
import { timestampsub } from './datetime/timestampsub.ts';
import { timestamptostring } from './datetime/timestamptostring.ts';
import { timesub } from './datetime/timesub.ts';
import { unixDate } from './datetime/unix-date.ts';
import { unixTimestamp } from './datetime/unix-timestamp.ts';
import { extractjsonfield } from './json/extractjsonfield.ts';
import { isJsonString } from './json/is-json-string.ts';
import { jsonArrayContains } from './json/json-array-contains.ts';
import { jsonArrayLength } from './json/json-array-length.ts';
import { jsonConcat } from './json/json-concat.ts';
import { jsonItems } from './json/json-items.ts';
import { jsonKeys } from './json/json-keys.ts';
import { jsonRecords } from './json/json-records.ts';
import { toJsonString } from './json/to-json-string.ts';
import { filter } from './lambda/filter.ts';
import { reduce } from './lambda/reduce.ts';
import { transform } from './lambda/transform.ts';
import { asMap } from './map/as-map.ts';
import { mapKeys } from './map/map-keys.ts';
import { mapUnion } from './map/map-union.ts';
import { mapValues } from './map/map-values.ts';
import { abs } from './mathematical/abs.ts';
import { acos } from './mathematical/acos.ts';
import { asin } from './mathematical/asin.ts';
import { atan } from './mathematical/atan.ts';
import { atan2 } from './mathematical/atan2.ts';
import { cbrt } from './mathematical/cbrt.ts';
import { ceil } from './mathematical/ceil.ts';
import { cos } from './mathematical/cos.ts';
import { cosh } from './mathematical/cosh.ts';
import { cot } from './mathematical/cot.ts';
import { degrees } from './mathematical/degrees.ts';
import { exp } from './mathematical/exp.ts';
import { floor } from './mathematical/floor.ts';
import { greatest } from './mathematical/greatest.ts';
import { least } from './mathematical/least.ts';
import { ln } from './mathematical/ln.ts';
import { log } from './mathematical/log.ts';
import { pi } from './mathematical/pi.ts';
import { power } from './mathematical/power.ts';
import { radians } from './mathematical/radians.ts';
import { random } from './mathematical/random.ts';
import { round } from './mathematical/round.ts';
import { signFunction } from './mathematical/sign.ts';
import { sin } from './mathematical/sin.ts';
import { sinh } from './mathematical/sinh.ts';
import { sqrt } from './mathematical/sqrt.ts';
import { tan } from './mathematical/tan.ts';
import { tanh } from './mathematical/tanh.ts';
import { trunc } from './mathematical/trunc.ts';
import { asValue } from './other/as-value.ts';
import { geoDistance } from './other/geo-distance.ts';
import { regexpExtractAll } from './regexp/regexp-extract-all.ts';
import { regexpExtract } from './regexp/regexp-extract.ts';
import { regexpReplace } from './regexp/regexp-replace.ts';
import { regexpSplitToArray } from './regexp/regexp-split-to-array.ts';
import { chr } from './string/chr.ts';
import { concatWs } from './string/concat-ws.ts';
import { concat } from './string/concat.ts';
import { elt } from './string/elt.ts';
import { encode } from './string/encode.ts';
import { field } from './string/field.ts';
import { fromBytes } from './string/from-bytes.ts';
import { initcap } from './string/initcap.ts';
import { instr } from './string/instr.ts';
import { lcase } from './string/lcase.ts';
import { len } from './string/len.ts';
import { lpad } from './string/lpad.ts';
import { maskKeepLeft } from './string/mask-keep-left.ts';
import { maskKeepRight } from './string/mask-keep-right.ts';
import { maskLeft } from './string/mask-left.ts';
import { maskRight } from './string/mask-right.ts';
import { mask } from './string/mask.ts';
import { md5 } from './string/md5.ts';
import { replace } from './string/replace.ts';
import { rpad } from './string/rpad.ts';
import { splitToMap } from './string/split-to-map.ts';
import { split } from './string/split.ts';
import { substring } from './string/substring.ts';
import { toBytes } from './string/to-bytes.ts';
import { trim } from './string/trim.ts';
import { ucase } from './string/ucase.ts';
import { uuid } from './string/uuid.ts';
import { cubeExplode } from './table/cube-explode.ts';
import { explode } from './table/explode.ts';
import { urlDecodeParam } from './url/url-decode-param.ts';
import { urlEncodeParam } from './url/url-encode-param.ts';
import { urlExtractFragment } from './url/url-extract-fragment.ts';
import { urlExtractHost } from './url/url-extract-host.ts';
import { urlExtractParameter } from './url/url-extract-parameter.ts';
import { urlExtractPath } from './url/url-extract-path.ts';
import { urlExtractPort } from './url/url-extract-port.ts';
import { urlExtractProtocol } from './url/url-extract-protocol.ts';
import { urlExtractQuery } from './url/url-extract-query.ts';
import type { SqlFunction } from './definition.ts';
import { type FunctionRegistry, functionRegistry, type RegistryOptions } from './registry.ts';

export const builtInFunctions = [
  attr,
  avg,
  collectList,
  collectSet,
  correlation,
  countDistinct,
  count,
  earliestByOffset,
  histogram,
  latestByOffset,
  max,
  min,
  stddevSamp,
  stddevSample,
  sumList,
  sum,
  topk,
  topkdistinct,
  arrayConcat,
  arrayContains,
  arrayDistinct,
  arrayExcept,
  arrayIntersect,
  arrayJoin,
  arrayLength,
  arrayMax,
  arrayMin,
  arrayRemove,
  arraySort,
  arrayUnion,
  entries,
  generateSeries,
  slice,
  coalesce,
  ifnull,
  nullif,
  bigintFromBytes,
  doubleFromBytes,
  intFromBytes,
  convertTz,
  dateadd,
  datesub,
  datetostring,
  formatDate,
  formatTime,
  formatTimestamp,
  fromDays,
  fromUnixtime,
  parseDateFunction,
  parseTimeFunction,
  parseTimestampFunction,
  stringtodate,
  stringtotimestamp,
  timeadd,
  timestampadd,
  timestampsub,
  timestamptostring,
  timesub,
  unixDate,
  unixTimestamp,
  extractjsonfield,
  isJsonString,
  jsonArrayContains,
  jsonArrayLength,
  jsonConcat,
  jsonItems,
  jsonKeys,
  jsonRecords,
  toJsonString,
  filter,
  reduce,
  transform,
  asMap,
  mapKeys,
  mapUnion,
  mapValues,
  abs,
  acos,
  asin,
  atan,
  atan2,
  cbrt,
  ceil,
  cos,
  cosh,
  cot,
  degrees,
  exp,
  floor,
  greatest,
  least,
  ln,
  log,
  pi,
  power,
  radians,
  random,
  round,
  signFunction,
  sin,
  sinh,
  sqrt,
  tan,
  tanh,
  trunc,
  asValue,
  geoDistance,
  regexpExtractAll,
  regexpExtract,
  regexpReplace,
  regexpSplitToArray,
  chr,
  concatWs,
  concat,
  elt,
  encode,
  field,
  fromBytes,
  initcap,
  instr,
  lcase,
  len,
  lpad,
  maskKeepLeft,
  maskKeepRight,
  maskLeft,
  maskRight,
  mask,
  md5,
  replace,
  rpad,
  splitToMap,
  split,
  substring,
  toBytes,
  trim,
  ucase,
  uuid,
  cubeExplode,
  explode,
  urlDecodeParam,
  urlEncodeParam,
  urlExtractFragment,
  urlExtractHost,
  urlExtractParameter,
  urlExtractPath,
  urlExtractPort,
  urlExtractProtocol,
  urlExtractQuery,
] satisfies readonly SqlFunction[];

/** The registry of all built-in functions. */
export function builtInRegistry(options: RegistryOptions = {}): FunctionRegistry {
  return functionRegistry(builtInFunctions, options);
}
