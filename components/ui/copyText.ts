import { say } from './toasts'

/** Puts text into the clipboard and says so. */
export function copyText(text: string, done: string): void {
  navigator.clipboard.writeText(text).then(
    () => say(done),
    () => say('The browser did not allow copying.', { urgent: true }),
  )
}
