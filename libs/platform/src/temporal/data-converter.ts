import { join } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import type { StackConfig } from '../config/config.js';
import { PROJECT_ROOT } from '../config/project-root.js';
import { EncryptionCodec } from './encryption-codec.js';
import { readPayloadKeys } from './payload-keys.js';

/** A path and not an object: workers load it a second time inside the workflow sandbox. */
export const FAILURE_CONVERTER_PATH = join(PROJECT_ROOT, 'libs/platform/src/temporal/failure-converter.cjs');

/**
 * For clients and workers alike; `bundleWorkflowCode` takes its `failureConverterPath` too. Failures' messages and
 * stack traces are payloads, so that a key covers them.
 * @throws ConfigError when the key file can't be used.
 */
export function createDataConverter(config: Pick<StackConfig, 'payloadKeyFile'>): DataConverter {
  const payloadCodecs = config.payloadKeyFile === undefined ? [] : [new EncryptionCodec(readPayloadKeys(config.payloadKeyFile))];
  return { failureConverterPath: FAILURE_CONVERTER_PATH, payloadCodecs };
}
