import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import type { Hour } from '../../core/hour';
import { prefixOfHour } from '../../core/prefix';
import type { TestTwin } from '../../testkit/test-twin';
import { defectOf, type DefectName } from './defects';
import type { Layout } from './layout';
import type { ParquetWriter } from './parquet-writer';
import type { Trip } from './trip';

/** A file as its listing shows it. A file with other content is another file. */
export interface LakeFile {
  /** The file's identity: its hour, name and content. */
  readonly identity: string;
  readonly name: string;
  /** The rows; those of a file with a defect must not be loaded. */
  readonly trips: readonly Trip[];
  readonly defect?: DefectName | undefined;
}

/** What a file is written with. */
export interface Written extends Pick<LakeFile, 'trips' | 'defect'> {
  readonly layout: Layout;
  /** Whether the file may lack the column that was added last. */
  readonly mayLack: boolean;
}

/** The content of S3, the same under the prefixes of several datasets. */
export class Lake {
  /** By hour, then by file name. */
  private hours = new Map<Hour, Map<string, LakeFile>>();

  constructor(
    private readonly twin: TestTwin,
    private readonly writer: ParquetWriter,
  ) {}

  /** The files of an hour as they are now. Later changes do not affect the result. */
  present(hour: Hour): readonly LakeFile[] {
    return [...(this.hours.get(hour)?.values() ?? [])];
  }

  file(hour: Hour, name: string): LakeFile | undefined {
    return this.hours.get(hour)?.get(name);
  }

  async put(datasets: readonly string[], hour: Hour, name: string, written: Written): Promise<void> {
    const { trips, layout, mayLack, defect } = written;
    const body = await this.writer.write({ trips, layout, mayLack, defect: defect && defectOf(defect) });
    for (const dataset of datasets) await this.twin.put(keyOf(dataset, hour, name), body);
    const files = this.hours.get(hour) ?? new Map<string, LakeFile>();
    this.hours.set(hour, files);
    const digest = createHash('sha256').update(body).digest('hex');
    files.set(name, { identity: JSON.stringify([hour, name, digest]), name, trips, defect });
  }

  async delete(datasets: readonly string[], hour: Hour, name: string): Promise<void> {
    const { s3, bucket } = this.twin.connection;
    for (const dataset of datasets)
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(dataset, hour, name) }));
    this.hours.get(hour)?.delete(name);
  }

  async clear(datasets: readonly string[]): Promise<void> {
    for (const [hour, files] of this.hours)
      for (const name of files.keys()) await this.delete(datasets, hour, name);
    this.hours = new Map();
  }
}

function keyOf(dataset: string, hour: Hour, name: string): string {
  return `${prefixOfHour(`${dataset}/year={yyyy}/month={MM}/day={dd}/hour={HH}/`, hour)}${name}`;
}
