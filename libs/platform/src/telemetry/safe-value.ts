/** What stands where a value was not a name. */
export const WITHHELD = 'withheld';
/** A name, an id, a code, an address: no blanks, and not long. Words that somebody wrote have both. */
const NAME = /^[\w.:/@+?&=%~{}-]{1,160}$/;

/**
 * A value that may stand in a span or a label. Content never reaches this on purpose; should a caller be wrong one day,
 * what is no name is withheld here.
 */
export const safeName = (value: string): string => (NAME.test(value) ? value : WITHHELD);
