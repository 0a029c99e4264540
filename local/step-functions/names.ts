import { parseArn } from '../../core/arn';
import { ServiceError } from '../service-error';
import { limits } from './limits';

/** Characters that a name must not contain. https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
const forbidden = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\u{FFFE}\u{FFFF}]/u;

/** @throws ServiceError InvalidName */
export function checkName(name: string): void {
  if (name.length < 1 || name.length > limits.nameLength || forbidden.test(name)) {
    throw new ServiceError('InvalidName', `Invalid Name: '${name}'`);
  }
}

/** The resource part of a Step Functions ARN. @throws ServiceError InvalidArn */
export function resourceOf(arn: string, type: 'stateMachine' | 'execution'): string {
  const { service, resource = '' } = parseArn(arn) ?? {};
  const [kind, ...name] = resource.split(':');
  if (service !== 'states') {
    throw new ServiceError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  }
  if (kind !== type) {
    throw new ServiceError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${kind}'`);
  }
  return name.join(':');
}
