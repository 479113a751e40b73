/** A city that a simulated PoP may stand in. */
export interface City {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** Hours from UTC, without daylight saving: when people there keep the links busy. */
  readonly utcOffset: number;
  /** What its customers pay in. */
  readonly currency: string;
}

const city = (
  id: string,
  name: string,
  region: string,
  coordinates: readonly [latitude: number, longitude: number],
  utcOffset: number,
  currency: string,
): City => ({ id, name, region, latitude: coordinates[0], longitude: coordinates[1], utcOffset, currency });

/** In the order in which a backbone takes them in. */
export const cities: readonly City[] = [
  city('HKG', 'Hong Kong', 'asia-east', [22.32, 114.17], 8, 'HKD'),
  city('SIN', 'Singapore', 'asia-southeast', [1.35, 103.82], 8, 'SGD'),
  city('FRA', 'Frankfurt', 'europe', [50.11, 8.68], 1, 'EUR'),
  city('LAX', 'Los Angeles', 'america-west', [34.05, -118.24], -8, 'USD'),
  city('TYO', 'Tokyo', 'asia-east', [35.68, 139.69], 9, 'JPY'),
  city('LON', 'London', 'europe', [51.51, -0.13], 0, 'GBP'),
  city('NYC', 'New York', 'america-east', [40.71, -74.01], -5, 'USD'),
  city('SHA', 'Shanghai', 'asia-east', [31.23, 121.47], 8, 'CNY'),
  city('SYD', 'Sydney', 'oceania', [-33.87, 151.21], 10, 'AUD'),
  city('DXB', 'Dubai', 'middle-east', [25.2, 55.27], 4, 'AED'),
  city('BOM', 'Mumbai', 'asia-south', [19.08, 72.88], 5.5, 'INR'),
  city('SAO', 'São Paulo', 'america-south', [-23.55, -46.63], -3, 'BRL'),
  city('BJS', 'Beijing', 'asia-east', [39.9, 116.41], 8, 'CNY'),
  city('SZX', 'Shenzhen', 'asia-east', [22.54, 114.06], 8, 'CNY'),
  city('SEL', 'Seoul', 'asia-east', [37.57, 126.98], 9, 'KRW'),
  city('TPE', 'Taipei', 'asia-east', [25.03, 121.57], 8, 'TWD'),
  city('MNL', 'Manila', 'asia-southeast', [14.6, 120.98], 8, 'PHP'),
  city('BKK', 'Bangkok', 'asia-southeast', [13.76, 100.5], 7, 'THB'),
  city('JKT', 'Jakarta', 'asia-southeast', [-6.21, 106.85], 7, 'USD'),
  city('AMS', 'Amsterdam', 'europe', [52.37, 4.9], 1, 'EUR'),
  city('PAR', 'Paris', 'europe', [48.86, 2.35], 1, 'EUR'),
  city('JNB', 'Johannesburg', 'africa', [-26.2, 28.05], 2, 'ZAR'),
  city('CHI', 'Chicago', 'america-east', [41.88, -87.63], -6, 'USD'),
  city('SJC', 'San Jose', 'america-west', [37.34, -121.89], -8, 'USD'),
];

const earthRadiusKm = 6371;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Along the great circle. */
export function distanceKm(a: City, b: City): number {
  const [north, south] = [radians(a.latitude), radians(b.latitude)];
  const across = Math.sin((south - north) / 2) ** 2;
  const along = Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.sqrt(across + Math.cos(north) * Math.cos(south) * along));
}
