import { SingleBar } from "cli-progress";
import { BATCH } from "./training.js";

/** Weight of the newest batch in the loss shown, a running mean. */
const NEWEST = 0.02;

/**
 * Shows how training goes: a bar on a terminal, elsewhere a line an epoch. Returns the function
 * to call after every step, with the loss of its batch.
 */
export function createProgress(steps: number, stepsPerEpoch: number): (loss: number) => void {
  const epochs = Math.ceil(steps / stepsPerEpoch);
  const start = performance.now();
  let step = 0;
  let meanLoss = 0;
  const state = () => {
    const seconds = (performance.now() - start) / 1000;
    return {
      epoch: `${Math.ceil(Math.max(step, 1) / stepsPerEpoch)}/${epochs}`,
      rate: Math.round((step * BATCH) / seconds).toLocaleString("en"),
      loss: meanLoss.toFixed(3),
      seconds: seconds.toFixed(1),
    };
  };

  const bar = new SingleBar({
    format: "{bar} epoch {epoch}  {rate} digits/s  loss {loss}  {eta_formatted} left",
    stream: process.stdout,
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    etaBuffer: 200,
    linewrap: true,
  });
  if (process.stdout.isTTY) bar.start(steps, 0, state());

  return (loss) => {
    step++;
    meanLoss = step === 1 ? loss : meanLoss + NEWEST * (loss - meanLoss);
    const now = state();
    if (process.stdout.isTTY) {
      bar.update(step, now);
      if (step === steps) bar.stop();
    } else if (step % stepsPerEpoch === 0 || step === steps) {
      console.log(`epoch ${now.epoch}: loss ${now.loss}, ${now.rate} digits/s, ${now.seconds} s so far`);
    }
  };
}
