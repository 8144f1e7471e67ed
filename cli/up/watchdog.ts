import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Ends the process groups when this process is gone, however it went: it holds a pipe to us and reads its end. Each
 * line replaces the list of groups; an empty one means that there is nothing to do. Some shells know no `kill --`.
 */
const SCRIPT = `
groups=
while IFS= read -r line; do groups=$line; done
[ -z "$groups" ] && exit 0
for group in $groups; do kill -INT "-$group" 2>/dev/null; done
for second in 1 2 3 4 5 6 7 8; do
  alive=
  for group in $groups; do kill -0 "-$group" 2>/dev/null && alive=yes; done
  [ -z "$alive" ] && exit 0
  sleep 1
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
`

export class Watchdog {
  private readonly child: ChildProcess

  constructor() {
    this.child = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
    this.child.stdin!.on('error', () => {})
    this.child.unref()
  }

  /** From now on these groups end with us. */
  guard(groups: readonly number[]): void {
    this.child.stdin!.write(`${groups.join(' ')}\n`)
  }

  /** Everything was ended in order. */
  dismiss(): void {
    this.child.stdin!.end('\n')
  }
}
