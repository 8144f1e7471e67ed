/** Runs tasks one after the other, in the order in which they were asked for. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve()

  /** The result of `task`, once everything before it has ended. */
  take<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.last.then(task, task)
    this.last = turn.catch(() => {})
    return turn
  }
}
