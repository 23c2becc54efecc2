export { meanDifference, orthogonal, project } from './axis.js';
export { auc, layerAuc, nestedAuc } from './validate.js';
export { axisAuc, fitAxes, type FitInput, type ReadStep } from './fit.js';
export { leaningOf } from './leaning.js';
export { correctionsOf, randomAxes } from './corrections.js';
