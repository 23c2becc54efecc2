/** The one entry of the workflow bundle. */
export * from '#workflows';
