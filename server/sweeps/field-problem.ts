/** One refused field of a sweep file: the sentence stands beside it in the form, and names it in the CLI. */
export interface FieldProblem {
  path: (string | number)[]
  message: string
}
