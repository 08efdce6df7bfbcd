import { defineFunction, overload, overloadWithNulls } from '../definition.ts';

const RADIUS_KM = 6371;
const RADIUS_MI = 3959;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The haversine formula. @throws {RangeError} for degrees out of range. */
function distance(lat1: number, lon1: number, lat2: number, lon2: number, radius: number): number {
  for (const lat of [lat1, lat2]) {
    if (!(lat >= -90 && lat <= 90))
      throw new RangeError(
        'valid latitude values for GeoDistance function are in the range of -90 to 90 decimal degrees',
      );
  }
  for (const lon of [lon1, lon2]) {
    if (!(lon >= -180 && lon <= 180))
      throw new RangeError(
        'valid longitude values for GeoDistance function are in the range of -180 to +180 decimal degrees',
      );
  }
  const a =
    Math.sin(radians(lat2 - lat1) / 2) ** 2 +
    Math.sin(radians(lon2 - lon1) / 2) ** 2 * Math.cos(radians(lat1)) * Math.cos(radians(lat2));
  return radius * 2 * Math.asin(Math.sqrt(a));
}

function radiusOf(unit: string | null): number {
  switch ((unit ?? 'KM').toUpperCase()) {
    case 'KM':
    case 'KILOMETER':
    case 'KILOMETERS':
      return RADIUS_KM;
    case 'MI':
    case 'MILE':
    case 'MILES':
      return RADIUS_MI;
    default:
      throw new RangeError('GeoDistance function units argument can be km or miles');
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
});
