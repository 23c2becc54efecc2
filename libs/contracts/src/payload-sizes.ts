/** The most a payload may weigh before it is scheduled, in bytes of JSON. */
export const MAX_PAYLOAD_BYTES = 4_096;
/** Payloads that come back from an activity stay below this. */
export const MAX_DIGEST_BYTES = 1_024;
