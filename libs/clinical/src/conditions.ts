import { stemOf, wordsOf, type Word } from './words.js';

/** Endings that make a word a disease's. */
const ENDINGS = /(?:itis|osis|oses|emia|aemia|oma|omas|opathy|pathy|plegia|paresis|algia|penia|uria|ectasia|stenosis|sclerosis|megaly|phobia|mania|trophy|plasia|rrhage|rrhagia|rrhoea|thorax|thrombosis|embolism|cele|lithiasis)$/;
const NO_DISEASE = new Set(['diagnosis', 'diagnoses', 'prognosis', 'dosis', 'osmosis', 'symptoma', 'diploma', 'coma', 'aroma', 'anamnesis', 'hypnosis', 'media', 'oklahoma', 'tacoma', 'roma', 'stoma', 'empathy', 'sympathy', 'telepathy', 'homeopathy', 'academia', 'millions']);
/** Words that name an illness by themselves, or with the word before them. */
const NAMES = new Set(
  'cancer carcinoma tumor tumour malignancy metastasis metastases melanoma leukemia leukaemia lymphoma sarcoma diabetes hypertension hypotension asthma copd emphysema pneumonia influenza tuberculosis covid infection sepsis abscess stroke tia infarction angina ischemia ischaemia tachycardia bradycardia arrhythmia fibrillation flutter embolism thrombosis dvt aneurysm syncope epilepsy seizure seizures migraine dementia alzheimer parkinson depression anxiety schizophrenia bipolar psychosis ptsd autism adhd insomnia ulcer ulcers gerd reflux crohn colitis cirrhosis hepatitis pancreatitis gallstones cholelithiasis appendicitis hernia hemorrhoids haemorrhoids gout arthritis osteoarthritis osteoporosis fibromyalgia lupus fracture fractures sprain strain tear dislocation concussion scoliosis sciatica stenosis radiculopathy neuropathy eczema psoriasis dermatitis cellulitis shingles acne rosacea urticaria anaphylaxis anemia anaemia hemophilia hypothyroidism hyperthyroidism goiter goitre obesity malnutrition dehydration glaucoma cataract cataracts conjunctivitis otitis sinusitis tonsillitis pharyngitis bronchitis uti cystitis pyelonephritis nephritis endometriosis fibroid fibroids pcos preeclampsia miscarriage menopause hiv aids syphilis gonorrhea chlamydia herpes mononucleosis lyme malaria measles mumps polio chickenpox tetanus hypercholesterolemia hyperlipidemia ckd chf cad mi afib myopathy failure insufficiency syndrome disease disorder palsy dystrophy fibrosis edema oedema effusion vertigo bursitis tendinitis tendonitis gastroenteritis diverticulitis'.split(' '),
);
/** Words that say which, and mean nothing without the one before. */
const NEEDS_KIND = new Set(['failure', 'insufficiency', 'syndrome', 'disease', 'disorder', 'palsy', 'infection', 'tear', 'strain', 'effusion', 'ulcer']);

/** Names of one illness that people and clinicians use for each other. */
const SAME: string[][] = [
  ['hypertension', 'htn', 'high blood pressure', 'blood pressure', 'elevated blood pressure'], ['diabetes', 'dm', 'diabetic', 'sugar', 't2dm', 'niddm'], ['myocardial infarction', 'heart attack', 'mi', 'infarction'], ['stroke', 'cva', 'cerebrovascular accident'],
  ['hyperlipidemia', 'hypercholesterolemia', 'high cholesterol', 'cholesterol'], ['gerd', 'reflux', 'heartburn', 'acid reflux', 'gastroesophageal'], ['uti', 'urinary tract infection', 'cystitis', 'urine infection', 'bladder infection', 'water infection'],
  ['copd', 'emphysema', 'chronic obstructive'], ['congestive heart failure', 'heart failure', 'chf', 'failure'], ['chronic kidney disease', 'ckd', 'kidney disease', 'renal disease', 'renal insufficiency', 'kidney failure', 'renal failure'],
  ['depression', 'depressive', 'depressed', 'mdd'], ['anxiety', 'anxious', 'gad'], ['cancer', 'carcinoma', 'malignancy', 'tumor', 'tumour', 'ca'], ['atrial fibrillation', 'afib', 'a fib', 'fibrillation', 'af'], ['coronary artery disease', 'cad', 'coronary', 'heart disease'],
  ['anemia', 'anaemia', 'anemic', 'anaemic', 'low hemoglobin', 'hemoglobin'], ['obesity', 'obese', 'overweight', 'weight'], ['fracture', 'fractures', 'broken', 'broke', 'break', 'fractured'], ['gastroenteritis', 'stomach bug', 'food poisoning', 'tummy bug', 'gastro', 'bug'], ['influenza', 'flu'],
  ['asthma', 'asthmatic'], ['edema', 'oedema', 'swelling', 'swollen'], ['syncope', 'fainting', 'fainted', 'passed out', 'black out', 'blackout', 'collapse'], ['dvt', 'thrombosis', 'clot', 'clots', 'blood clot'], ['embolism', 'clot', 'pe'], ['cellulitis', 'skin infection'], ['arthritis', 'osteoarthritis', 'arthritic'],
  ['insomnia', 'sleep', 'sleeping'], ['seizure', 'seizures', 'epilepsy', 'fit', 'fits', 'epileptic'], ['vertigo', 'dizzy', 'dizziness', 'spinning'], ['hypothyroidism', 'underactive thyroid', 'thyroid'], ['hyperthyroidism', 'overactive thyroid', 'thyroid'], ['dysuria', 'burning', 'painful urination', 'hurts', 'urinate', 'pee', 'stinging'],
  ['hematuria', 'haematuria', 'blood'], ['myalgia', 'muscle', 'aches', 'ache'], ['arthralgia', 'joint', 'joints'], ['tachycardia', 'fast', 'racing', 'heart rate'], ['bradycardia', 'slow'], ['photophobia', 'light', 'lights'], ['nephrolithiasis', 'kidney stone', 'kidney stones', 'stones', 'stone'], ['cholelithiasis', 'gallstones', 'gallbladder', 'stones'],
  ['migraine', 'migraines'], ['allergies', 'hay fever', 'hayfever', 'rhinitis'], ['pharyngitis', 'sore throat', 'throat'], ['sinusitis', 'sinus'], ['otitis', 'ear infection', 'ear'], ['conjunctivitis', 'pink eye'], ['dehydration', 'dehydrated'], ['infection', 'infected', 'infections', 'bug', 'infectious'], ['lymphadenopathy', 'lymph', 'glands', 'nodes'], ['hepatosplenomegaly', 'liver', 'spleen', 'organomegaly'],
  ['tear', 'torn', 'tore'], ['strain', 'strained'], ['sprain', 'sprained'], ['concussion', 'concussed'], ['neuropathy', 'nerve', 'numbness', 'tingling'], ['radiculopathy', 'sciatica', 'nerve', 'radiating'], ['hernia', 'herniated', 'herniation'], ['scoliosis', 'curvature'], ['polyuria', 'urinating', 'pee'],
];

const GROUPS = new Map<string, string[]>();
for (const group of SAME) for (const name of group) GROUPS.set(name, [...(GROUPS.get(name) ?? []), ...group]);

export type ConditionAt = { text: string; from: number; to: number };

/** The illnesses that words name: by a list, and by the endings that make a disease of a word. */
export function conditionsIn(words: readonly Word[]): ConditionAt[] {
  return words.flatMap((word, i) => {
    if (!isCondition(word.text)) return [];
    const kind = words[i - 1];
    if (!NEEDS_KIND.has(word.text)) return [{ text: word.text, from: i, to: i }];
    return kind && kind.text.length > 2 ? [{ text: `${kind.text} ${word.text}`, from: i - 1, to: i }] : [];
  });
}

const isCondition = (word: string): boolean => NAMES.has(word) || (word.length > 6 && ENDINGS.test(word) && !NO_DISEASE.has(word));

/** The illnesses of a text that its source names neither so nor by another usual name. */
export function conditionsWithout(text: string, source: string): ConditionAt[] {
  const there = wordsOf(source);
  const folded = ` ${there.map((w) => w.text).join(' ')} `;
  const stems = new Set(there.map((w) => w.stem));
  return conditionsIn(wordsOf(text)).filter(({ text: name }) => !isNamed(name, folded, stems));
}

function isNamed(name: string, folded: string, stems: ReadonlySet<string>): boolean {
  if (folded.includes(` ${name} `)) return true;
  const words = name.split(' ');
  if (words.length > 1 && words.every((w) => stems.has(stemOf(w)))) return true;
  if (words.length === 1 && stems.has(stemOf(name))) return true;
  const others = GROUPS.get(name) ?? (words.length > 1 ? GROUPS.get(words[1]!) : undefined) ?? [];
  return others.some((other) => folded.includes(` ${other} `));
}
