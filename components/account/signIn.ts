/** Signs in with e-mail and password. Answers a sentence where it was refused, `null` where the session is set. */
export async function signIn(email: string, password: string): Promise<string | null> {
  let response: Response
  try {
    response = await fetch('/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    })
  } catch {
    return 'The server does not answer. Try again in a moment.'
  }
  if (response.ok) return null
  if (response.status === 429) return 'Too many attempts. Wait a minute and try again.'
  if (response.status === 401 || response.status === 400)
    return 'The e-mail address or the password is not right.'
  return 'The server could not check the password. Try again in a moment.'
}

/** Where to go after signing in: only inside this site. */
export function safeNext(next: string | null | undefined): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : '/'
}
