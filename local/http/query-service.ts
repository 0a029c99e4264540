import type { Principal } from '../iam/principal';
import type { ServiceError } from '../service-error';
import type { ServiceName } from '../service-name';
import type { AwsQueryService } from './aws-query';
import { parseQueryForm, renderQueryError, renderQueryResult, type QueryDialect } from './query-form';

/** A service of the Query protocol: an operation is a function of its members. */
export abstract class QueryService implements AwsQueryService {
  abstract readonly name: ServiceName;

  constructor(private readonly dialect: QueryDialect) {}

  /** @throws ServiceError */
  abstract call(operation: string, input: unknown, principal: Principal | undefined): Promise<unknown>;

  parse(body: string) {
    return parseQueryForm(body, this.dialect);
  }

  render(operation: string, result: unknown, requestId: string): string {
    return renderQueryResult(this.dialect, operation, result, requestId);
  }

  renderError(error: ServiceError, requestId: string): string {
    return renderQueryError(this.dialect, error, requestId);
  }
}
