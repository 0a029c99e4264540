import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksums';
import { noSuchUpload } from './errors';
import type { FinishedBody } from './finished-body';
import { compareKeys } from './key-index';
import type { ObjectAttributes } from './object-attributes';
import { readRecord, writeRecord } from './records';

export interface Part extends FinishedBody {
  readonly number: number;
  readonly lastModified: Date;
  readonly checksum?: Checksum | undefined;
}

export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: Date;
  readonly attributes: ObjectAttributes;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType } | undefined;
  readonly parts: Map<number, Part>;
}

interface UploadRecord extends Omit<Upload, 'initiated' | 'parts'> {
  readonly initiated: string;
}

interface PartRecord extends Omit<Part, 'path' | 'lastModified'> {
  readonly file: string;
  readonly lastModified: string;
}

/** Multipart uploads in progress. Each has a directory with `upload.json` and, for each part, its bytes and `<number>.json`. */
export class MultipartUploads {
  private readonly uploads = new Map<string, Upload>();

  private constructor(private readonly directory: string) {}

  static open(directory: string): MultipartUploads {
    mkdirSync(directory, { recursive: true });
    const all = new MultipartUploads(directory);
    for (const id of readdirSync(directory)) all.scan(id);
    return all;
  }

  create(upload: Pick<Upload, 'bucket' | 'key' | 'attributes' | 'checksum'>): Upload {
    const created: Upload = {
      ...upload,
      id: randomBytes(48).toString('base64url'),
      initiated: new Date(),
      parts: new Map(),
    };
    mkdirSync(this.path(created.id));
    const { bucket, key, attributes, checksum } = upload;
    const initiated = created.initiated.toISOString();
    const record: UploadRecord = { id: created.id, bucket, key, attributes, checksum, initiated };
    writeRecord(join(this.path(created.id), 'upload.json'), record);
    this.uploads.set(created.id, created);
    return created;
  }

  /** @throws ServiceError NoSuchUpload */
  get(bucket: string, key: string, id: string): Upload {
    const upload = this.uploads.get(id);
    if (upload?.bucket !== bucket || upload.key !== key) throw noSuchUpload(id);
    return upload;
  }

  /** The bucket's uploads whose keys start with the prefix, ordered by key and then by time. */
  list(bucket: string, prefix: string): readonly Upload[] {
    return [...this.uploads.values()]
      .filter((upload) => upload.bucket === bucket && upload.key.startsWith(prefix))
      .sort((left, right) => compareKeys(left.key, right.key) || +left.initiated - +right.initiated);
  }

  /** Stores a part and replaces one with the same number. @throws ServiceError NoSuchUpload if the upload was aborted meanwhile */
  addPart(upload: Upload, number: number, body: FinishedBody, checksum: Checksum | undefined): Part {
    if (!this.uploads.has(upload.id)) {
      rmSync(body.path, { force: true });
      throw noSuchUpload(upload.id);
    }
    const file = `${number}.${randomBytes(8).toString('hex')}`;
    const path = join(this.path(upload.id), file);
    const part: Part = { ...body, path, number, lastModified: new Date(), checksum };
    const { size, etag } = body;
    const record: PartRecord = {
      number,
      file,
      size,
      etag,
      checksum,
      lastModified: part.lastModified.toISOString(),
    };
    renameSync(body.path, path);
    writeRecord(join(this.path(upload.id), `${number}.json`), record);
    const replaced = upload.parts.get(number);
    upload.parts.set(number, part);
    if (replaced) rmSync(replaced.path, { force: true });
    return part;
  }

  remove(upload: Upload): void {
    this.uploads.delete(upload.id);
    // A directory without this file is no upload, even if a kill interrupts the rest.
    rmSync(join(this.path(upload.id), 'upload.json'), { force: true });
    rmSync(this.path(upload.id), { recursive: true, force: true });
  }

  removeBucket(bucket: string): void {
    for (const upload of this.list(bucket, '')) this.remove(upload);
  }

  private scan(id: string): void {
    const directory = this.path(id);
    const record = readRecord<UploadRecord>(join(directory, 'upload.json'));
    if (!record) {
      rmSync(directory, { recursive: true, force: true });
      return;
    }
    const parts = new Map<number, Part>();
    for (const name of readdirSync(directory).filter((file) => /^\d+\.json$/.test(file))) {
      const part = readRecord<PartRecord>(join(directory, name));
      if (!part) continue;
      const { file, lastModified, ...rest } = part;
      parts.set(part.number, { ...rest, path: join(directory, file), lastModified: new Date(lastModified) });
    }
    this.uploads.set(id, { ...record, initiated: new Date(record.initiated), parts });
  }

  private path(id: string): string {
    return join(this.directory, id);
  }
}
