// CommonJS, and not compiled: Temporal loads it with require() in clients and workers and bundles it for workflows.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
