import { INTEGER_RANGES, redshiftType, type ColumnType } from '../../core/column-types';
import type { Column } from '../../core/dataset';
import { displayText } from '../shared/table';

/** A column whose values need most of what its type holds. */
export interface NearLimit {
  readonly column: string;
  readonly type: string;
  /** The greatest number of the sample, or the bytes of its longest text, and what the type holds. */
  readonly found: number;
  readonly limit: number;
}

/** From this share of the type on. */
const NEAR = 0.8;

/** The greatest value, or the longest text in bytes, that a type holds; undefined for a type that is never full. */
export function limitOf(type: ColumnType): number | undefined {
  switch (type.kind) {
    case 'char':
    case 'varchar':
      return type.length;
    case 'smallint':
    case 'integer':
    case 'bigint':
      return Number(INTEGER_RANGES[type.kind][1]);
    case 'decimal':
      return 10 ** (type.precision - type.scale);
    default:
      return undefined;
  }
}

/** How much of a type the values of a column need: the magnitude of numbers, the bytes of texts. */
export interface Sizes {
  readonly least: number;
  readonly most: number;
}

/** Whether a column is nearly full. One with texts of one length is not: they are codes, and never grow. */
export function nearLimit({ name, type }: Column, sizes: Sizes | undefined): NearLimit | undefined {
  const limit = limitOf(type);
  if (limit === undefined || !sizes || sizes.most < limit * NEAR) return undefined;
  const isText = type.kind === 'char' || type.kind === 'varchar';
  if (isText && sizes.least === sizes.most) return undefined;
  return { column: name, type: redshiftType(type), found: sizes.most, limit };
}

/** For people: `note, VARCHAR(10): 9 of 10 bytes`. */
export function nearLimitText({ column, type, found, limit }: NearLimit): string {
  const unit = type.startsWith('VARCHAR') ? ' bytes' : '';
  return `${displayText(column, 60)}, ${type}: ${found.toLocaleString('en')} of ${limit.toLocaleString('en')}${unit}`;
}
