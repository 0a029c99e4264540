import { framed } from '../reliability/fuzz/parquet/int96-file';
import { ThriftReader, writeStruct, type ThriftValue } from '../reliability/fuzz/parquet/thrift';

/** A Parquet file without the statistics of its columns, as some writers leave it. */
export function withoutStatistics(file: Buffer): Buffer {
  const footerBytes = file.readUInt32LE(file.length - 8);
  const pages = file.subarray(0, file.length - 8 - footerBytes);
  const footer = new ThriftReader(file.subarray(pages.length, file.length - 8)).struct();
  const member = (value: ThriftValue | undefined, field: number) =>
    value?.type === 'struct' ? value.value.get(field) : undefined;
  const items = (value: ThriftValue | undefined) => (value?.type === 'list' ? value.value : []);
  for (const group of items(member(footer, 4))) {
    for (const column of items(member(group, 1))) {
      const metadata = member(column, 3);
      if (metadata?.type !== 'struct' || !metadata.value.delete(12))
        throw new Error('there are no statistics');
    }
  }
  return framed(pages, Buffer.from(writeStruct(footer)));
}
