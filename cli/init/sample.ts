import type { ColumnType } from '../../core/column-types';
import type { RowValues } from './row-values';

/** What was found in a sample, whatever its format. */
export interface Sample {
  /** The sample's name for people. */
  readonly name: string;
  readonly format: 'events' | 'parquet';
  /** Bytes that were read; of a compressed sample, after decompression. */
  readonly bytes: number;
  readonly rows: number;
  /** The first rows, whose values were compared with each other. */
  readonly compared: number;
  /** What a dataset can hold, in the order of the sample. */
  readonly columns: readonly SampledColumn[];
  readonly leftOut: readonly LeftOut[];
  /** Lines that no dataset takes. */
  readonly refused: RefusedLines;
  /** Why no load reads the sample as it is, in sentences. */
  readonly obstacles: readonly string[];
}

export interface RefusedLines {
  readonly count: number;
  /** The first of them. Line numbers begin with 1. */
  readonly first: readonly { readonly line: number; readonly reason: string }[];
}

export interface SampledColumn {
  /** The name in a dataset. */
  readonly name: string;
  /** The name as the sample writes it. */
  readonly written: string;
  readonly type: ColumnType;
  /** What the values are, for a comment: `text of up to 36 bytes`. */
  readonly about: string;
  /** What a person should decide, in sentences. */
  readonly decide: readonly string[];
  /** Rows with a value. */
  readonly present: number;
  /** Whether the values can be times: those of a timestamp column, and epochs in a number column. */
  readonly canBeTime: boolean;
  /** Whether a text ends with a blank, which no key may do. */
  readonly endsWithBlank: boolean;
  /** Whether every value looks as if it was made to be unique: UUIDs, ULIDs, hashes. */
  readonly looksUnique: boolean;
  readonly values: RowValues;
}

/** An attribute, or a column of a file, that the dataset file does not have. */
export interface LeftOut {
  /** As the sample writes it. */
  readonly name: string;
  /** Rows that have it. */
  readonly rows: number;
  /** Why, as a clause after the name, and what to do. */
  readonly why: string;
  /** The type that a person may give it; undefined if a column could not hold the values. */
  readonly type?: ColumnType;
}

/** Why a sample makes no dataset, by name; the message says what to do. */
export class SampleError extends Error {
  constructor(
    override readonly name:
      'EmptySample' | 'NotEvents' | 'UnreadableSample' | 'KeyNotFound' | 'EventTimeNotFound',
    message: string,
  ) {
    super(message);
  }
}

/** `event` or `row`: what the sample's rows are called. */
export const nounOf = ({ format }: Pick<Sample, 'format'>): string => (format === 'events' ? 'event' : 'row');
