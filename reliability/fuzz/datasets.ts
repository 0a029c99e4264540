import { parseDataset } from '../../core/dataset';

/** A column of every type that Sluice loads. */
const EVERY_TYPE = `
dataset: every_type
source:
  prefix: every_type/{yyyy}/{MM}/{dd}/{HH}/
target:
  table: every_type
  key: [id]
  version: updated_at
  event_time: happened_at
columns:
  - { name: id, type: varchar(64), required: true }
  - { name: happened_at, type: timestamp, required: true }
  - { name: updated_at, type: timestamp, required: true }
  - { name: small, type: smallint }
  - { name: whole, type: integer }
  - { name: big, type: bigint }
  - { name: price, type: 'decimal(12,4)' }
  - { name: wide, type: 'decimal(38,10)' }
  - { name: single, type: real }
  - { name: double, type: double precision }
  - { name: flag, type: boolean }
  - { name: on_day, type: date }
  - { name: code, type: char(4) }
  - { name: note, type: varchar(65535) }
`;

/** Few columns, for a file that is written byte by byte. */
const PLAIN = `
dataset: plain
source: { prefix: 'plain/{yyyy}/{MM}/{dd}/{HH}/' }
target: { table: plain, key: [id], event_time: happened_at }
columns:
  - { name: id, type: varchar(64), required: true }
  - { name: happened_at, type: timestamp, required: true }
  - { name: whole, type: integer }
  - { name: note, type: varchar(65535) }
`;

/** The targets' datasets, by file name. All are deployed, because the COPY role may read only deployed prefixes. */
export const DATASET_FILES = { 'every-type.yml': EVERY_TYPE, 'plain.yml': PLAIN } as const;

export const DATASETS = {
  every_type: parseDataset(EVERY_TYPE, 'every-type.yml'),
  plain: parseDataset(PLAIN, 'plain.yml'),
} as const;
