/** What rounds and messages cost, since the leader began. */
export class Figures {
  private rounds = 0
  private solveSumMs = 0
  private solveMaxMs = 0
  private readonly between = { steps: mean(), orders: mean() }
  private pauses = 0
  private pausesInOneStep = 0
  private pauseMaxSteps = 0

  round(tookMs: number): void {
    this.rounds++
    this.solveSumMs += tookMs
    this.solveMaxMs = Math.max(this.solveMaxMs, tookMs)
  }

  /** Time in which a GPU had work to do and did none: between two steps of an order, or between two orders. */
  gap(kind: 'steps' | 'orders', ms: number): void {
    const one = this.between[kind]
    one.count++
    one.sum += Math.max(0, ms)
  }

  /** From asking for a pause until the GPUs were free, in steps of what was paused. */
  paused(steps: number): void {
    this.pauses++
    if (steps <= 1) this.pausesInOneStep++
    this.pauseMaxSteps = Math.max(this.pauseMaxSteps, steps)
  }

  toJSON(): Record<string, number | null> {
    const { steps, orders } = this.between
    return {
      rounds: this.rounds,
      solveMeanMs: this.rounds > 0 ? this.solveSumMs / this.rounds : 0,
      solveMaxMs: this.solveMaxMs,
      steps: steps.count,
      betweenStepsMs: steps.count > 0 ? steps.sum / steps.count : null,
      orders: orders.count,
      betweenOrdersMs: orders.count > 0 ? orders.sum / orders.count : null,
      pauses: this.pauses,
      pauseToFreeInOneStep: this.pauses > 0 ? this.pausesInOneStep / this.pauses : null,
      pauseToFreeMaxSteps: this.pauses > 0 ? this.pauseMaxSteps : null,
    }
  }
}

const mean = () => ({ count: 0, sum: 0 })
