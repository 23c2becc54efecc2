/** What a question asks that only a clinician may answer. */
export type Judgement = 'diagnosis' | 'treatment' | 'prognosis';

const DIAGNOSIS = [
  /\bdiagnos/i, /\bdifferential/i, /\bwhat(?:'s| is| could| might| would| do you think)?\b.{0,40}\b(?:wrong with|the matter with|going on with|causing|cause of|behind|explain|explains|account for)\b/i,
  /\b(?:does|do|did|could|might|can|is it possible|is it likely)\b.{0,30}\b(?:have|has|suffer(?:ing)?|got)\b.{0,60}\?/i, /\b(?:what|which) (?:illness|disease|condition|disorder|infection|syndrome|problem)\b/i, /\b(?:could|might|may|can|would) (?:this|it|that|these|those|he|she|they|the patient)\b.{0,30}\b(?:be|have|mean)\b/i, /^(?:has|have) (?:he|she|they|the patient|this (?:man|woman|child))\b/i,
  /\bwhat does (?:the |this |he |she |they |my )?(?:patient |man |woman |child |one )?(?:have|suffer)/i, /\bis (?:it|this|that|he|she|the patient)\b.{0,40}\b(?:cancer|serious|malignant|benign|dangerous|a stroke|an? [a-z]*itis|an? infection|contagious|a heart attack|infarction|pneumonia|diabetic|depressed)\b/i,
  /\b(?:name|guess|suggest|tell me|list|rank|give me|state)\b.{0,40}\b(?:disease|illness|condition|cause|causes|likely|explanation|culprit|possibilities|hypothes[ie]s|impression)\b/i, /\bmost (?:likely|probable)\b/i, /\b(?:icd|snomed)\b.{0,20}\b(?:code|10|11)\b/i, /\bcode (?:this|the) (?:case|visit|encounter)\b/i,
  /\b(?:rule (?:in|out)|suspect|suspicion|suspicious for|point(?:s|ing)? to(?:wards?)?|suggestive of|consistent with|indicat(?:e|es|ive)|suggests?|mean that)\b/i, /\bwhat (?:are|would be) (?:the|your) (?:thoughts?|impression|assessment|opinion|take|conclusion)/i, /\b(?:your|an?) (?:impression|assessment|opinion|conclusion|second opinion)\b/i,
  /\b(?:interpret|make of|read into|conclude)\b/i, /\bif you were (?:a|the|his|her|my) (?:doctor|physician|clinician|gp|specialist|consultant|cardiologist)/i, /\b(?:pretend|imagine|act as|roleplay|role-play|play the|hypothetically|theoretically|in theory|in a novel|for a story|for a quiz|exam question|as a textbook)\b/i,
];
const TREATMENT = [
  /\bprescri/i, /\b(?:what|which|how much|how many|how often)\b.{0,40}\b(?:drug|medication|medicine|antibiotic|painkiller|pill|tablet|dose|dosage|mg|milligrams|statin|inhaler|cream|treatment|therapy)s?\b.{0,60}\b(?:should|would|could|can|best|recommend|suggest|take|give|need|use|start|help|suitable|appropriate)\b/i,
  /\b(?:should|shall|could|can|may|must|would you|do i|ought)\b.{0,60}\b(?:prescribe|give|start|stop|increase|decrease|raise|lower|double|halve|switch|change|add|discontinue|taper|titrate|administer|order|operate|treat|take|put (?:him|her|them)|admit|discharge|refer|use|be (?:given|started|treated|on|put|admitted|discharged|referred|prescribed))\b/i,
  /\b(?:how|what)\b.{0,30}\b(?:treat|manage|cure|treatment|management|do about|be done|to do|next step|next steps|plan for)\b/i, /\b(?:recommend|advise|suggest|propose|pick|choose)\b.{0,50}\b(?:drug|medication|medicine|antibiotic|painkiller|pill|inhaler|treatment|therapy|dose|dosage|statin|something|regimen|plan|tests?|next)\b/i,
  /\b(?:treatment|management|therapy) (?:plan|options?|of choice|recommendations?)\b/i, /\b(?:first|second)[- ]line\b/i, /\b(?:right|correct|best|safe|maximum|appropriate|starting|adequate|usual) (?:dose|dosage|drug|medication|antibiotic|treatment)\b/i, /\b(?:write|draft|fill|issue|make)\b.{0,30}\b(?:prescription|script|rx|order|medication order)\b/i, /\bis it (?:safe|ok|okay|fine|wise) to\b/i, /\bsafe (?:for|to)\b/i, /\b(?:dose|dosage) (?:of|for|would|should|do)\b/i,
];
const PROGNOSIS = [/\bprognosis\b/i, /\bhow long\b.{0,30}\b(?:live|have left|survive|recover|last)\b/i, /\bwill (?:he|she|they|the patient|it)\b.{0,40}\b(?:die|survive|recover|get (?:better|worse)|live|heal|progress)\b/i, /\b(?:chance|chances|risk|odds|likelihood|probability)\b.{0,20}\b(?:of|that|for)\b/i, /\blife expectancy\b/i];
/** Asks what the record says: to be answered from it, whatever word it is about. */
const OF_RECORD = /\b(?:according to|(?:does|do|did|in|from|what) (?:the |this )?(?:record|note|notes|transcript|chart|letter|report|documents?)|documented|recorded|what (?:is|was|are|were) (?:written|noted|said|stated|mentioned)|(?:did|does) the (?:doctor|clinician|physician|gp|consultant) (?:say|state|prescribe|write|note|diagnose|order)|(?:has|have|had) (?:been )?(?:already )?(?:diagnosed|prescribed) (?:by|in|with|on)|was (?:diagnosed|prescribed)|were prescribed)\b/i;

/** Which judgement a question asks for; null where it asks what the record says. Detours (roles, stories, "hypothetically") are asks as well. */
export function asksForJudgement(question: string): Judgement | null {
  const detour = DIAGNOSIS.at(-1)!.test(question);
  if (OF_RECORD.test(question) && !detour) return null;
  if (PROGNOSIS.some((p) => p.test(question))) return 'prognosis';
  if (TREATMENT.some((p) => p.test(question))) return 'treatment';
  return DIAGNOSIS.some((p) => p.test(question)) ? 'diagnosis' : null;
}
