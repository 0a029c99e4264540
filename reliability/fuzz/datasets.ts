/** A column of every type that Sluice loads; what the twin's stream, the files and the events of the targets are of. */
export const EVERY_TYPE = `
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
