const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A size for people: `873 bytes`, `12.3 MiB`. */
export function bytesText(bytes: number): string {
  const step = bytes === 0 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return step === 0 ? `${bytes} bytes` : `${(bytes / 1_024 ** step).toFixed(1)} ${UNITS[step]}`;
}

export { plural } from '../../core/plural';

/** The writer and its version, without the commit that parquet-mr and others append. */
export function createdByText(createdBy: string): string {
  return createdBy.replace(/ \(build [^)]*\)$/, '');
}

/** `$36.50`, `$0.00158` */
export const dollarsText = (dollars: number): string => `$${numberText(dollars, 2)}`;

/** A number to two decimals, or with three digits if it is less than one. */
export function numberText(number: number, leastDecimals = 0): string {
  const digits =
    number < 1
      ? { maximumSignificantDigits: 3 }
      : { minimumFractionDigits: leastDecimals, maximumFractionDigits: 2 };
  return number.toLocaleString('en', digits);
}
