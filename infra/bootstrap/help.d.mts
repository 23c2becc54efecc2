export const STACK_HELP: string;
export const UP_HELP: string;
export const QUICKSTART_HELP: string;
