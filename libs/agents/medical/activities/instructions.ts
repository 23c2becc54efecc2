const ORDERS = [
  /^\s*(?:\[?(?:note to |attention |hey |dear )?(?:ai|a\.i\.|assistant|system|llm|language model|chatbot|scribe bot)\]?)\s*[:,–-]/i,
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|all|your)\b.{0,30}\b(?:instructions?|rules?|prompts?)\b/i,
  /\b(?:mark|flag|set|record|treat)\s+(?:this|the|it)(?: \w+)?\s+(?:note |draft |document )?as\s+(?:signed|approved|final|reviewed|verified)\b/i,
  /\b(?:sign|approve|finali[sz]e)\s+(?:this|the)\s+(?:note|draft|document|report)\s+(?:automatically|for me|without|now)\b/i,
  /\byou are (?:now )?(?:an? )?(?:ai|assistant|language model|chatbot)\b/i,
  /<\/?(?:system|assistant|instructions?)>/i,
];

/** Whether a sentence of the source speaks to a machine rather than of a patient. It is evidence of nothing and obeyed by nobody. */
export const isInstruction = (sentence: string): boolean => {
  const said = sentence.replace(/^\s*(?:\[[\p{L}_ ]{2,24}\]|(?!ai\b|assistant\b|system\b)[\p{L}][\p{L}_ ]{1,24}:)\s*/iu, '');
  return ORDERS.some((order) => order.test(said));
};
