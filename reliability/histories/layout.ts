import fc from 'fast-check';
import type { Trip } from './trip';

export type TripColumn = keyof Trip;

/** The columns in the order of datasets/trips.yml. */
export const TRIP_COLUMNS = [
  'trip_id',
  'vendor_id',
  'pickup_datetime',
  'dropoff_datetime',
  'passenger_count',
  'trip_distance',
  'total_amount',
  'updated_at',
] as const satisfies readonly TripColumn[];

/** Columns that may be null in every row of a file. */
export const NULLABLE_COLUMNS = [
  'vendor_id',
  'dropoff_datetime',
  'passenger_count',
  'trip_distance',
  'total_amount',
] as const satisfies readonly TripColumn[];

/** The column that was added to the dataset last: files of its hour and of earlier hours may lack it. */
export const ADDED_COLUMN = 'trip_distance' satisfies TripColumn;
/** The hour of a history in which it was added. */
export const ADDED_IN_HOUR = 1;

/** How a file holds its rows. The values are the same in every layout. */
export interface Layout {
  /** The columns that the file has first, in this order. The others follow in the dataset's order. */
  readonly first: readonly TripColumn[];
  /** The columns that have another type than the dataset's: the name of a form. */
  readonly forms: Readonly<Partial<Record<TripColumn, string>>>;
  /**
   * What becomes of a column in which every value is null: it has its type, or none (pyarrow writes such columns), or one
   * that never converts, or the file lacks it if it may.
   */
  readonly nulls: 'typed' | 'untyped' | 'mistyped' | 'left out';
}

export const PLAIN: Layout = { first: [], forms: {}, nulls: 'typed' };

/** The value of a column in SQL of DuckDB, from a value in the type that the dataset has. */
type Form = (value: string) => string;

const as =
  (type: string): Form =>
  (value) =>
    `${value}::${type}`;
const types = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, as(name)]));
const text =
  (format: string): Form =>
  (value) =>
    `strftime(${value}, '${format}')`;

const INTEGERS = types('TINYINT', 'SMALLINT', 'BIGINT', 'REAL', 'DOUBLE', 'DECIMAL(5, 0)', 'VARCHAR');
const TIMES = {
  ...types('TIMESTAMP_MS', 'VARCHAR'),
  'text with T and Z': text('%Y-%m-%dT%H:%M:%SZ'),
  'text with fractions': text('%Y-%m-%d %H:%M:%S.000'),
};

/** Other forms in which writers hold a column. Each holds every value of {@link history}'s trips. */
const FORMS: Readonly<Record<TripColumn, Readonly<Record<string, Form>>>> = {
  trip_id: { BLOB: (value) => `encode(${value})` },
  vendor_id: INTEGERS,
  pickup_datetime: TIMES,
  dropoff_datetime: TIMES,
  passenger_count: INTEGERS,
  trip_distance: types('REAL', 'DECIMAL(10, 2)'),
  total_amount: types('DOUBLE', 'DECIMAL(8, 2)', 'VARCHAR'),
  updated_at: TIMES,
};

const DATASET_FORMS: Readonly<Record<TripColumn, Form>> = {
  trip_id: as('VARCHAR'),
  vendor_id: as('INTEGER'),
  pickup_datetime: as('TIMESTAMP'),
  dropoff_datetime: as('TIMESTAMP'),
  passenger_count: as('INTEGER'),
  trip_distance: as('DOUBLE'),
  total_amount: (name) => `(${name}::DECIMAL(12, 2) / 100)::DECIMAL(10, 2)`,
  updated_at: as('TIMESTAMP'),
};

/** Any layout. Of the columns that are drawn, about half have another form. */
export const layouts: fc.Arbitrary<Layout> = fc.record({
  first: fc.oneof(fc.constant([]), fc.shuffledSubarray([...TRIP_COLUMNS], { maxLength: 3 })),
  forms: fc.record(
    Object.fromEntries(
      TRIP_COLUMNS.map((column) => [column, fc.constantFrom(...Object.keys(FORMS[column]))]),
    ) as Record<TripColumn, fc.Arbitrary<string>>,
    { requiredKeys: [] },
  ),
  // Only statistics tell that a column of another type holds nothing but nulls, and some bad files lack them.
  nulls: fc.constantFrom('typed', 'untyped', 'left out'),
});

/** A few layouts that have every form of every column, each in an order of its own. */
export function everyForm(): readonly Layout[] {
  const most = Math.max(...TRIP_COLUMNS.map((column) => Object.keys(FORMS[column]).length));
  return Array.from({ length: most }, (_, index) => ({
    ...PLAIN,
    first: TRIP_COLUMNS.slice(index % TRIP_COLUMNS.length),
    forms: Object.fromEntries(
      TRIP_COLUMNS.map((column) => {
        const names = Object.keys(FORMS[column]);
        return [column, names[index % names.length]];
      }),
    ),
  }));
}

/** A column of a file, with its values in SQL over the columns of the rows. */
export interface FileColumn {
  readonly name: string;
  readonly value: string;
  /** True: it holds nothing but nulls, and the file says no type. */
  readonly untyped?: boolean;
}

/** The columns of a file, in its order. @param mayLack whether a file of its hour may lack {@link ADDED_COLUMN}. */
export function columnsOf(
  { first, forms, nulls }: Layout,
  trips: readonly Trip[],
  mayLack: boolean,
): readonly FileColumn[] {
  const order = [...first, ...TRIP_COLUMNS.filter((column) => !first.includes(column))];
  return order.flatMap((name): FileColumn[] => {
    const isNull = nulls !== 'typed' && trips.every((trip) => trip[name] === null);
    if (isNull && nulls === 'left out' && mayLack && name === ADDED_COLUMN) return [];
    if (isNull && nulls === 'mistyped') return [{ name, value: 'NULL::BOOLEAN' }];
    if (isNull) return [{ name, value: 'NULL::INTEGER', untyped: true }];
    const form = forms[name];
    const value = `(${DATASET_FORMS[name](name)})`;
    return [{ name, value: form === undefined ? value : formOf(name, form)(value) }];
  });
}

function formOf(column: TripColumn, name: string): Form {
  const form = FORMS[column][name];
  if (!form) throw new RangeError(`${column} has no form ${name}`);
  return form;
}

/** The layout in words, for a story; empty for the dataset's own. */
export function layoutText({ first, forms, nulls }: Layout): string {
  const parts = [
    ...Object.entries(forms).map(([column, form]) => `${column} as ${form}`),
    ...(first.length > 0 ? [`first ${first.join(', ')}`] : []),
    ...(nulls === 'typed' ? [] : [`columns of nulls ${nulls}`]),
  ];
  return parts.length > 0 ? ` (${parts.join('; ')})` : '';
}
