export { deliveryStreams } from './delivery-streams';
export { withEarlierTopic } from './earlier-topic';
export { withEarlierWarehouse } from './earlier-warehouse';
export { packageService, type PackageOptions } from './package-service';
export { planStack, type Stack } from './plan-stack';
export { deadLetters, retryPolicy, type PlannedSchedule } from './plan-schedule';
export { readStack, unpackFunctions } from './read-stack';
export { PackagingFailed } from './run-serverless';
export { StackError } from './stack-error';
