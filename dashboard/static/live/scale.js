// What a run's steps and seconds mean on an axis: when it began, how long its epochs are.
export class Scale {
  constructor() {
    this.origin = null;
    this.stepsPerEpoch = null;
  }

  // From the curves: when the first step was.
  learn(curves) {
    this.origin = null;
    for (const curve of curves) {
      if (curve.length && !curve.byTime && !(curve.seconds[0] >= this.origin && this.origin !== null)) this.origin = curve.seconds[0];
    }
  }

  // From the state of a run, where its epochs are all of one length.
  tell({ total_steps, epochs, folds }) {
    const steps = total_steps / epochs / (folds || 1);
    this.stepsPerEpoch = Number.isInteger(steps) && steps > 0 ? steps : null;
  }

  // From a fact `started`.
  begin(fact) {
    if (fact?.steps_per_epoch > 0) this.stepsPerEpoch = fact.steps_per_epoch;
  }
}
