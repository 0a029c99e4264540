import { isUtf8 } from 'node:buffer';
import { JsonReader, JsonSyntaxError } from '../../core/json-reader';
import type { DeliveryStream } from './delivery-stream';
import { invalidArgument } from './errors';
import { conversionOf, MismatchError, type ColumnConversion } from './hive-types';

/** Why a record cannot be converted, in Firehose's codes. */
export interface ConversionFailure {
  readonly code: 'DataFormatConversion.ParseError' | 'DataFormatConversion.MalformedData';
  readonly message: string;
}

interface Column extends ColumnConversion {
  readonly name: string;
  /** The name as a JSON member: `"name":`. */
  readonly member: string;
}

/**
 * The OpenX JSON SerDe with Firehose's defaults, for the Glue table's columns. It compares names in lower case, drops
 * attributes that the table does not declare, and sets missing ones to null.
 */
export class Deserializer {
  readonly columns: readonly Column[];
  private readonly byName = new Map<string, number>();

  /** @throws ServiceError InvalidArgumentException for a column type that the twin does not convert. */
  constructor(columns: DeliveryStream['columns']) {
    this.columns = columns.map(({ name, type }) => ({
      ...conversionOf(name, type),
      name: name.toLowerCase(),
      member: `${JSON.stringify(name.toLowerCase())}:`,
    }));
    this.columns.forEach(({ name }, index) => {
      if (this.byName.has(name)) throw invalidArgument(`Column ${name} is declared twice.`);
      this.byName.set(name, index);
    });
  }

  /**
   * Reads a record, which may hold several JSON objects in a row.
   * @returns one JSON line for DuckDB per object, or why the record as a whole cannot be converted.
   */
  rows(data: Buffer): readonly string[] | ConversionFailure {
    if (!isUtf8(data)) return parseError('Invalid UTF-8');
    const reader = new JsonReader(data.toString('utf8'));
    const rows: string[] = [];
    try {
      while (reader.hasNext()) rows.push(this.row(reader));
    } catch (error) {
      if (error instanceof JsonSyntaxError) return parseError(error.message);
      if (error instanceof MismatchError)
        return malformed(`Data does not match the schema. ${error.message}`);
      throw error;
    }
    return rows.length > 0 ? rows : malformed('The record was empty or contained only whitespace.');
  }

  private row(reader: JsonReader): string {
    if (!reader.atObject()) {
      const { type } = reader.readValue();
      throw new MismatchError(
        `The top level must be a JSON object, not ${type === 'array' ? 'an array' : 'a primitive'}`,
      );
    }
    const values: string[] = [];
    reader.readObject((name, value) => {
      const index = this.byName.get(name) ?? this.byName.get(name.toLowerCase());
      const column = index === undefined ? undefined : this.columns[index];
      if (index === undefined || !column) return;
      values[index] = value.type === 'null' ? '' : column.member + column.convert(value);
    });
    return `{${values.filter((value) => value).join()}}`;
  }
}

function parseError(message: string): ConversionFailure {
  return { code: 'DataFormatConversion.ParseError', message: `Encountered malformed JSON. ${message}` };
}

function malformed(message: string): ConversionFailure {
  return { code: 'DataFormatConversion.MalformedData', message };
}
