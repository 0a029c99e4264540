import type { StackScope } from './stack-scope';
import type { Resource } from './template';

/** An alarm as data. The twin shows the alarms of the service, and evaluates none. */
export interface PlannedAlarm {
  readonly logicalId: string;
  readonly name: string;
  /** As in the template, with resolved references: `MetricName`, `Threshold`, `Dimensions`, `AlarmActions` … */
  readonly properties: Readonly<Record<string, unknown>>;
}

export function planAlarm(
  scope: StackScope,
  logicalId: string,
  { Properties: given }: Resource,
): PlannedAlarm {
  const properties = Object.keys(given).map((name) => [name, scope.property(logicalId, name)] as const);
  return { logicalId, name: scope.refOf(logicalId), properties: Object.fromEntries(properties) };
}
