/** A processor of type Lambda. Source: Amazon Data Firehose API Reference, "ProcessorParameter". */
export interface Transform {
  readonly functionArn: string;
  /** An invocation gets the records that fill this buffer. */
  readonly bufferMegabytes: number;
  readonly retries: number;
}

/** A Firehose stream as the twin runs it. */
export interface DeliveryStream {
  readonly name: string;
  readonly arn: string;
  readonly bucket: string;
  /** With `!{timestamp:yyyy}`-style expressions, UTC. */
  readonly prefix: string;
  /** With `!{firehose:error-output-type}`. */
  readonly errorPrefix: string;
  /** The transform function. */
  readonly transform?: Transform;
  /** The Glue table's columns, in file order, with Hive types: `string`, `int`, `bigint`, `double`, `decimal(10,2)`, `timestamp`, `date`, `boolean` … */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly buffering: { readonly sizeInMBs: number; readonly intervalInSeconds: number };
  /** The Glue table that defines the Parquet columns. */
  readonly schema?: { readonly database: string; readonly table: string };
  /** The role that writes objects, invokes the transform and reads the table. */
  readonly roleArn?: string;
}
