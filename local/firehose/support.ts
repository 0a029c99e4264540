import type { Support } from '../support';
import { REQUESTS } from './requests';

export const firehoseSupport: Support = {
  supported: [
    ...Object.keys(REQUESTS),
    'Direct puts with AWS’s limits on records and batches',
    'Buffering by size, interval and hour of arrival; the twin’s header x-sluice-arrival sets another hour',
    'A Lambda transform with the retries and the buffer of its processor, whose last record may exceed the buffer: Ok, Dropped, ProcessingFailed',
    'Several JSON objects in one record',
    'Timestamps that 64 bits of nanoseconds cannot hold become other times, as in AWS',
    'Conversion from JSON to Parquet by the OpenX JSON SerDe: string, boolean, tinyint, smallint, int, bigint, float, double, decimal, date, timestamp',
    'Prefix and ErrorOutputPrefix with timestamp, random-string and error-output-type expressions, in UTC',
    'Error objects for processing-failed and format-conversion-failed',
    'Delivery at least once, even if the process is killed',
  ],
  refused: [
    'Creating, updating, deleting, encrypting and tagging streams: they come from the packaged template',
    'Sources other than direct puts (Kinesis, MSK, databases)',
    'Destinations other than S3, and S3 backup',
    'Dynamic partitioning, FileExtension, and a CustomTimeZone other than UTC',
    'Delivery without conversion, and conversion to ORC or by the Hive JSON SerDe',
    'Column types char, varchar, binary, array, map and struct',
    'Timestamps as INT96 (the twin writes INT64 in microseconds)',
  ],
};
