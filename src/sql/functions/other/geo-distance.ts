import { cos, sin } from '../mathematical/exact-trigonometry.ts';
import { defineFunction, overload, overloadWithNulls } from '../definition.ts';

const RADIUS_KM = 6371;
const RADIUS_MI = 3959;

/** As Java's `Math.toRadians`, so that results agree to the last digit. */
const radians = (degrees: number): number => degrees * 0.017453292519943295;

/** The haversine formula. @throws {RangeError} for degrees out of range. */
function distance(lat1: number, lon1: number, lat2: number, lon2: number, radius: number): number {
  for (const lat of [lat1, lat2]) {
    if (lat < -90 || lat > 90)
      throw new RangeError(
        'valid latitude values for GeoDistance function are in the range of -90 to 90 decimal degrees',
      );
  }
  for (const lon of [lon1, lon2]) {
    if (lon < -180 || lon > 180)
      throw new RangeError(
        'valid longitude values for GeoDistance function are in the range of -180 to +180 decimal degrees',
      );
  }
  const a =
    sin(radians(lat2 - lat1) / 2) ** 2 +
    sin(radians(lon2 - lon1) / 2) ** 2 * cos(radians(lat1)) * cos(radians(lat2));
  return radius * 2 * Math.asin(Math.sqrt(a));
}

function radiusOf(unit: string | null): number {
  switch ((unit ?? '').trim().toUpperCase()) {
    case '':
    case 'KM':
    case 'KILOMETER':
    case 'KILOMETERS':
    case 'KILOMETRE':
    case 'KILOMETRES':
      return RADIUS_KM;
    case 'MI':
    case 'MILE':
    case 'MILES':
      return RADIUS_MI;
    default:
      throw new RangeError(
        'GeoDistance function units parameter must be one of mi, mile, miles, km, kilometer, kilometers, kilometre, or kilometres. Values are case-insensitive.',
      );
  }
}

export const geoDistance = defineFunction({
  name: 'geo_distance',
  category: 'OTHER',
  description:
    'The distance of two points on earth, given by latitude and longitude in degrees, in kilometers or miles.',
  overloads: [
    overload(
      ['lat1 DOUBLE', 'lon1 DOUBLE', 'lat2 DOUBLE', 'lon2 DOUBLE'],
      'DOUBLE',
      (lat1, lon1, lat2, lon2) => distance(lat1, lon1, lat2, lon2, RADIUS_KM),
    ),
    overloadWithNulls(
      ['lat1 DOUBLE', 'lon1 DOUBLE', 'lat2 DOUBLE', 'lon2 DOUBLE', 'units STRING'],
      'DOUBLE',
      (lat1, lon1, lat2, lon2, units) =>
        lat1 === null || lon1 === null || lat2 === null || lon2 === null
          ? null
          : distance(lat1, lon1, lat2, lon2, radiusOf(units)),
    ),
  ],
  examples: [
    { sql: 'GEO_DISTANCE(0E0, 0E0, 0E0, 180E0)', gives: '20015.086796020572E0' },
    { sql: "GEO_DISTANCE(60E0, 10E0, 60E0, 10E0, 'MI')", gives: '0E0' },
  ],
});
