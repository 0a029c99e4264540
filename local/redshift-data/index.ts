export type { RedshiftDataOptions } from './operations/context';
export { RedshiftDataService } from './service';
export { redshiftDataDifferences, redshiftDataSupport } from './support';
