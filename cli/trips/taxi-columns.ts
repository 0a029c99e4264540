import { UsageError } from '../shared/output';

/** SQL expressions over a taxi file's columns, for the values of a trip. */
export interface TaxiColumns {
  readonly kind: 'yellow' | 'green';
  /** Timestamps without time zone. */
  readonly pickup: string;
  readonly dropoff: string;
  /** Doubles. Files store these values as integers of several widths, as doubles, and as the null type. */
  readonly vendor: string;
  readonly passengers: string;
  readonly distance: string;
  readonly total: string;
  /** 64 hexadecimal digits. The same trip has the same id in every file. */
  readonly tripId: string;
}

/** Source: TLC Trip Record Data dictionaries. Yellow cabs report by `tpep`, green ones by `lpep`. */
const KINDS = [
  { kind: 'yellow', prefix: 'tpep' },
  { kind: 'green', prefix: 'lpep' },
] as const;
const COMMON = [
  'VendorID',
  'PULocationID',
  'DOLocationID',
  'passenger_count',
  'trip_distance',
  'total_amount',
] as const;

/**
 * Finds a file's columns by name, without regard to case.
 * @param file the file's name, for messages.
 * @throws UsageError that names the missing columns.
 */
export function findTaxiColumns(
  columns: readonly { name: string; type: string }[],
  file: string,
): TaxiColumns {
  const byName = new Map(columns.map((each) => [each.name.toLowerCase(), each]));
  const has = (name: string) => byName.has(name.toLowerCase());
  const found =
    KINDS.find(({ prefix }) => has(`${prefix}_pickup_datetime`)) ??
    KINDS.find(({ prefix }) => has(`${prefix}_dropoff_datetime`));
  const times = found ? [`${found.prefix}_pickup_datetime`, `${found.prefix}_dropoff_datetime`] : [];
  const missing = [...times, ...COMMON].filter((name) => !has(name));
  if (!found || missing.length > 0) {
    const either =
      'tpep_pickup_datetime and tpep_dropoff_datetime (yellow) or lpep_pickup_datetime and lpep_dropoff_datetime (green)';
    throw new UsageError(
      `${file} is no TLC yellow or green taxi file: it has no column ${[...(found ? [] : [either]), ...missing].join(', ')}. ` +
        'Take a trip record file from https://www.nyc.gov/site/tlc/about/tlc-trip-record-data.page, or a file of JSON events.',
    );
  }

  const column = (name: string) => byName.get(name.toLowerCase()) ?? { name, type: '' };
  const [pickup = '', dropoff = ''] = times.map((name) => timestamp(column(name)));
  const number = (name: string) => `CAST(${quoted(column(name).name)} AS DOUBLE)`;
  return {
    kind: found.kind,
    pickup,
    dropoff,
    vendor: number('VendorID'),
    passengers: number('passenger_count'),
    distance: number('trip_distance'),
    total: number('total_amount'),
    tripId: tripId(found.kind, [
      integerText(column('VendorID').name),
      timeText(pickup),
      timeText(dropoff),
      integerText(column('PULocationID').name),
      integerText(column('DOLocationID').name),
    ]),
  };
}

/**
 * No part contains the separator, and only a missing part is empty, so different trips have different texts. A number or a
 * time has one text, whatever its type in a file.
 */
function tripId(kind: string, parts: readonly string[]): string {
  return `sha256(concat_ws('|', '${kind}', ${parts.map((part) => `coalesce(${part}, '')`).join(', ')}))`;
}

function integerText(column: string): string {
  return `CAST(CAST(${quoted(column)} AS BIGINT) AS VARCHAR)`;
}

function timeText(time: string): string {
  return `strftime(${time}, '%Y-%m-%d %H:%M:%S.%f')`;
}

/** A cast of TIMESTAMPTZ would use the session's time zone. The instant does not depend on it. */
function timestamp({ name, type }: { name: string; type: string }): string {
  return type === 'TIMESTAMP WITH TIME ZONE'
    ? `make_timestamp(epoch_us(${quoted(name)}))`
    : `CAST(${quoted(name)} AS TIMESTAMP)`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
