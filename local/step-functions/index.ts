export { type Diagnostic, diagnosticsText } from './definition/diagnostics';
export { parseDefinition } from './definition/parse';
export { type StepFunctionsOptions, StepFunctionsService } from './service';
export type { StateMachineSettings } from './state-machines';
export { stepFunctionsSupport } from './support';
