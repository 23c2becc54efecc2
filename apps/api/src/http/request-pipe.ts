import { type ArgumentMetadata, Injectable, StandardSchemaValidationPipe } from '@nestjs/common';
import { InvalidRequest, toIssues } from './invalid-request.js';

/** Validates every parameter that names a zod schema (`@Body({ schema })`); the handler gets what the schema gives. */
@Injectable()
export class RequestPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new InvalidRequest(toIssues(issues)) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      throw error instanceof InvalidRequest && metadata.data ? error.under(metadata.data) : error;
    }
  }
}
