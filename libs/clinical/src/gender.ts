const MALE = new Set(['he', 'him', 'his', 'himself', 'mr', 'sir', 'gentleman', 'man', 'male', 'boy', 'mister']);
const FEMALE = new Set(['she', 'her', 'hers', 'herself', 'mrs', 'ms', 'miss', "ma'am", 'maam', 'lady', 'woman', 'female', 'girl', 'gravida', 'pregnant', 'mammogram']);
/** Words that speak to a patient; "he" and "she" may be others. */
const TO_PATIENT = new Set(['sir', 'mr', 'mister', 'gentleman', 'male', 'boy', 'man', 'mrs', 'ms', 'miss', "ma'am", 'lady', 'female', 'woman', 'girl']);

/** From -1, all such words are for women, to 1, all for men; 0 where there are none. `patient`: by words that speak to a patient alone. */
export type Gender = { patient: number; all: number };

export function genderOf(texts: readonly string[]): Gender {
  return { patient: balance(texts.filter((t) => TO_PATIENT.has(t))), all: balance(texts) };
}

function balance(texts: readonly string[]): number {
  const [male, female] = [texts.filter((t) => MALE.has(t)).length, texts.filter((t) => FEMALE.has(t)).length];
  return male + female === 0 ? 0 : (male - female) / (male + female);
}
