import type { AnyTarget } from './target';
import type { TargetName } from './target-names';
import { columnName } from './targets/column-name';
import { datasetFile } from './targets/dataset-file';
import { executionInput } from './targets/execution-input';
import { firehoseRecord } from './targets/firehose-record';
import { objectKey } from './targets/object-key';
import { parquetBytes } from './targets/parquet-bytes';

const TARGETS: Readonly<Record<TargetName, AnyTarget>> = {
  'execution-input': executionInput,
  'dataset-file': datasetFile,
  'object-key': objectKey,
  'column-name': columnName,
  'parquet-bytes': parquetBytes,
  'firehose-record': firehoseRecord,
};

export function targetOf(name: TargetName): AnyTarget {
  return TARGETS[name];
}
